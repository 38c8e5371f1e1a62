import type { JobHistory } from '@greenvue/jobs/client';
import { useCallback, useMemo } from 'react';
import uPlot from 'uplot';
import { axisTimeText } from '../ui/chart/axis-time-text.ts';
import { axisWidth, PLOT_PADDING, Plot, type PlotContext } from '../ui/chart/plot.tsx';
import { durationText } from '../ui/schedule/duration.ts';
import { RUN_COLORS } from '../ui/status/status.tsx';
import { OUTCOMES, type TrendLines, trendLines } from './trend-lines.ts';
import classes from './trends.module.css';

const RUNS_HEIGHT = 150;
const LINES_HEIGHT = 120;
const BAR = uPlot.paths.bars?.({ size: [0.75, 18, 1], gap: 1 });
/** Steps between labels of durations (ms), round in each unit. */
const DURATION_STEPS = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000],
  ...[1, 2, 5, 10, 30].map((minutes) => minutes * 60_000),
  ...[1, 2, 4, 12, 24, 48, 168].map((hours) => hours * 3_600_000),
];
const COUNT_STEPS = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6, 1e7,
];

/** Runs by outcome, how long successes took, and how late runs started, by step of time. */
export function TrendCharts({ history }: { readonly history: JobHistory }) {
  const lines = useMemo(() => trendLines(history), [history]);
  const { seconds, stepSeconds, tops, p50Ms, p95Ms, latenessMs } = lines;
  const runs = useMemo<uPlot.AlignedData>(
    // The tallest bar is drawn first and the lower ones over it.
    () => [seconds, ...OUTCOMES.toReversed().map((outcome) => tops[outcome])],
    [seconds, tops],
  );
  const durations = useMemo<uPlot.AlignedData>(() => [seconds, p50Ms, p95Ms], [seconds, p50Ms, p95Ms]);
  const lateness = useMemo<uPlot.AlignedData>(() => [seconds, latenessMs], [seconds, latenessMs]);
  const runsOptions = useCallback(
    (context: PlotContext) => optionsOfRuns(context, stepSeconds),
    [stepSeconds],
  );
  const durationOptions = useCallback(
    (context: PlotContext) =>
      optionsOfLines(context, stepSeconds, [RUN_COLORS.succeeded, 'var(--mantine-color-dimmed)']),
    [stepSeconds],
  );
  const latenessOptions = useCallback(
    (context: PlotContext) => optionsOfLines(context, stepSeconds, [RUN_COLORS.running]),
    [stepSeconds],
  );
  return (
    <>
      <p className={classes.caption}>Runs by outcome</p>
      <Plot options={runsOptions} data={runs} height={RUNS_HEIGHT} />
      {hasValue(lines.p95Ms) ? (
        <>
          <p className={classes.caption}>Duration of successes: p50 (colored) and p95 (gray)</p>
          <Plot options={durationOptions} data={durations} height={LINES_HEIGHT} />
        </>
      ) : null}
      {hasValue(lines.latenessMs) ? (
        <>
          <p className={classes.caption}>Lateness (p95), from due to started</p>
          <Plot options={latenessOptions} data={lateness} height={LINES_HEIGHT} />
        </>
      ) : null}
    </>
  );
}

function hasValue(values: TrendLines['p95Ms']): boolean {
  return values.some((value) => value !== null);
}

function optionsOfRuns(context: PlotContext, stepSeconds: number): uPlot.Options {
  return {
    ...baseOptions(context, RUNS_HEIGHT),
    scales: {
      x: wholeSteps(stepSeconds),
      y: { range: (_plot, _min, max) => [0, Math.max(4, Math.ceil(max * 1.1))] },
    },
    axes: [timeAxis(context), { ...axisOf(context), size: axisWidth, incrs: COUNT_STEPS }],
    series: [
      {},
      ...OUTCOMES.toReversed().map((outcome): uPlot.Series => {
        const color = context.color(RUN_COLORS[outcome]);
        const bars = { stroke: color, fill: color, width: 0, points: { show: false } };
        return BAR === undefined ? bars : { ...bars, paths: BAR };
      }),
    ],
  };
}

function optionsOfLines(context: PlotContext, stepSeconds: number, colors: readonly string[]): uPlot.Options {
  return {
    ...baseOptions(context, LINES_HEIGHT),
    scales: { x: wholeSteps(stepSeconds), y: { range: (_plot, _min, max) => [0, Math.max(5, max * 1.15)] } },
    axes: [
      timeAxis(context),
      {
        ...axisOf(context),
        size: axisWidth,
        space: 26,
        incrs: DURATION_STEPS,
        values: (_plot, values) => values.map(durationText),
      },
    ],
    series: [
      {},
      ...colors.map((css): uPlot.Series => {
        const color = context.color(css);
        // Always points: a step with no neighbour has no line.
        return { stroke: color, width: 1.5, points: { show: true, size: 5, fill: color } };
      }),
    ],
  };
}

/** A value is of a whole step: leaves space for a bar at both ends. */
function wholeSteps(stepSeconds: number): uPlot.Scale {
  return { range: (_plot, min, max) => [min - stepSeconds / 2, max + stepSeconds / 2] };
}

function baseOptions({ width }: PlotContext, height: number): Omit<uPlot.Options, 'series'> {
  return {
    width,
    height,
    legend: { show: false },
    padding: PLOT_PADDING,
    cursor: { show: false },
  };
}

function timeAxis(context: PlotContext): uPlot.Axis {
  return {
    ...axisOf(context),
    space: 80,
    size: 32,
    values: (_plot, at) => at.map((seconds, place) => axisTimeText(seconds, at[place - 1], context.zone)),
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
