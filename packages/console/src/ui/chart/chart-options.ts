import uPlot from 'uplot';
import { durationText } from '../schedule/duration.ts';
import { axisTimeText } from './axis-time-text.ts';
import type { PlotContext } from './plot.tsx';

/** Steps between labels of counts. */
const COUNT_STEPS = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6, 1e7,
];
/** Steps between labels of durations (ms), round in each unit. */
const DURATION_STEPS = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000],
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * 60_000),
  ...[1, 2, 4, 8, 12, 24, 48, 96, 168].map((hours) => hours * 3_600_000),
];
const BAR = uPlot.paths.bars?.({ size: [0.75, 18, 1], gap: 1 });

/** The options of any chart: size, space around it, no legend. Axes and series are the chart's own. */
export function baseOptions({ width }: PlotContext, height: number): Omit<uPlot.Options, 'series'> {
  // The last label of the time axis reaches past the end of the axis.
  return { width, height, legend: { show: false }, padding: [8, 28, 0, 0] };
}

export function timeAxis(context: PlotContext): uPlot.Axis {
  return {
    ...axisOf(context),
    space: 80,
    size: 32,
    values: (_plot, at) => at.map((seconds, place) => axisTimeText(seconds, at[place - 1], context.zone)),
  };
}

export function countAxis(context: PlotContext): uPlot.Axis {
  return { ...axisOf(context), size: axisWidth, incrs: COUNT_STEPS };
}

/** For values in milliseconds. */
export function durationAxis(context: PlotContext): uPlot.Axis {
  return {
    ...axisOf(context),
    size: axisWidth,
    space: 26,
    incrs: DURATION_STEPS,
    values: (_plot, values) => values.map(durationText),
  };
}

function axisOf({ color }: PlotContext): uPlot.Axis {
  const line = { stroke: color('var(--line)'), width: 1 };
  return {
    stroke: color('var(--mantine-color-dimmed)'),
    grid: line,
    ticks: { ...line, size: 4 },
    font: '11px system-ui, sans-serif',
  };
}

/** Fits a tick, a gap, and digits of an 11 px font. */
const LEAST_AXIS_WIDTH = 56;
const AXIS_GAP = 20;
const DIGIT_WIDTH = 6.5;

/** The width of the axis at the left, so that no label is cut off. */
function axisWidth(_plot: uPlot, labels: readonly string[] | null): number {
  const longest = Math.max(0, ...(labels ?? []).map((label) => String(label ?? '').length));
  return Math.max(LEAST_AXIS_WIDTH, Math.ceil(AXIS_GAP + longest * DIGIT_WIDTH));
}

export const COUNT_SCALE: uPlot.Scale = {
  range: (_plot, _min, max) => [0, Math.max(4, Math.ceil(max * 1.1))],
};

/** Starts at zero, and bounds the scale so that tiny durations (ms) do not look like peaks. */
export const DURATION_SCALE: uPlot.Scale = { range: (_plot, _min, max) => [0, Math.max(10, max * 1.15)] };

/** Where each value is of a whole step of time: leaves space for a bar at both ends. */
export function stepScale(stepSeconds: number): uPlot.Scale {
  return { range: (_plot, min, max) => [min - stepSeconds / 2, max + stepSeconds / 2] };
}

/** Bars in front of each other: the tallest ones come first. */
export function barSeries({ color }: PlotContext, css: string): uPlot.Series {
  const fill = color(css);
  const bars = { stroke: fill, fill, width: 0, points: { show: false } };
  return BAR === undefined ? bars : { ...bars, paths: BAR };
}

/** A line that always shows its points: a step with no neighbour has no line. */
export function lineSeries({ color }: PlotContext, css: string): uPlot.Series {
  const stroke = color(css);
  return { stroke, width: 1.5, points: { show: true, size: 5, fill: stroke } };
}
