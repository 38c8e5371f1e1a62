import { useCallback, useMemo, useState } from 'react';
import uPlot from 'uplot';
import { useLocation } from 'wouter';
import { axisTimeText } from '../../ui/chart/axis-time-text.ts';
import { axisWidth, PLOT_PADDING, Plot, type PlotContext } from '../../ui/chart/plot.tsx';
import { Instant } from '../../ui/instant/instant.tsx';
import blocks from '../../ui/layout/blocks.module.css';
import { runPath } from '../../ui/paths.ts';
import { durationText } from '../../ui/schedule/duration.ts';
import { RUN_COLORS, RunStatusBadge } from '../../ui/status/status.tsx';
import type { DurationTrend, TrendPoint } from './duration-trend.ts';
import classes from './durations.module.css';

const HEIGHT_PX = 190;

/**
 * The duration of each run as a line over time, with a cross for a failed run. Shows the run under the
 * pointer; a click opens it.
 */
export function DurationChart({ trend }: { readonly trend: DurationTrend }) {
  const [index, setIndex] = useState<number | undefined>(undefined);
  const [, navigate] = useLocation();
  const options = useCallback((context: PlotContext) => chartOptions(context, setIndex), []);
  const data = useMemo(() => dataOf(trend), [trend]);
  const point = index === undefined ? undefined : trend.points[index];
  return (
    <>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the table has these links for the keyboard */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: as above */}
      <div
        className={classes.chart}
        data-pointed={point !== undefined || undefined}
        onClick={() => point !== undefined && navigate(runPath(point.run.id))}
      >
        <Plot options={options} data={data} height={HEIGHT_PX} />
      </div>
      <div className={blocks.readout}>
        {point === undefined ? (
          <span className={blocks.quiet}>Hover over the chart to see a run.</span>
        ) : (
          <PointText point={point} />
        )}
      </div>
    </>
  );
}

function PointText({ point: { run, tookMs } }: { readonly point: TrendPoint }) {
  return (
    <>
      <RunStatusBadge status={run.status} reason={run.reason} />
      <Instant at={run.started_at} />
      <span>took {durationText(tookMs)}</span>
    </>
  );
}

/** Chart data in seconds: starts, durations, durations of failed runs, and the p50. */
function dataOf({ points, p50Ms }: DurationTrend): uPlot.AlignedData {
  return [
    points.map(({ at }) => at / 1_000),
    points.map(({ tookMs }) => tookMs / 1_000),
    points.map(({ tookMs, failed }) => (failed ? tookMs / 1_000 : null)),
    points.map(() => p50Ms / 1_000),
  ];
}

const FAILED_SERIES = 2;
const LEAST_SECONDS = 0.01;
/** Steps between axis labels in seconds, round in each unit. */
const STEPS = [
  ...[0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30],
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * 60),
  ...[1, 2, 4, 8, 12, 24, 48, 96, 168].map((hours) => hours * 3_600),
];

function chartOptions(
  { width, zone, color }: PlotContext,
  onPoint: (index: number | undefined) => void,
): uPlot.Options {
  const text = color('var(--mantine-color-dimmed)');
  const line = { stroke: color('var(--line)'), width: 1 };
  const axis = { stroke: text, grid: line, ticks: { ...line, size: 4 }, font: '11px system-ui, sans-serif' };
  const good = color(RUN_COLORS.succeeded);
  return {
    width,
    height: HEIGHT_PX,
    legend: { show: false },
    padding: PLOT_PADDING,
    cursor: { y: false, drag: { x: false, y: false } },
    // Starts at zero, and bounds the scale so that tiny durations do not look like peaks.
    scales: { y: { range: (_plot, _min, max) => [0, Math.max(max * 1.1, LEAST_SECONDS)] } },
    axes: [
      {
        ...axis,
        space: 80,
        size: 32,
        values: (_plot, at) => at.map((seconds, place) => axisTimeText(seconds, at[place - 1], zone)),
      },
      {
        ...axis,
        size: axisWidth,
        incrs: STEPS,
        values: (_plot, values) => values.map((seconds) => durationText(seconds * 1_000)),
      },
    ],
    series: [
      {},
      { stroke: good, width: 1.5, points: { size: 5, fill: good } },
      // The points are crosses without a line.
      { paths: () => null, points: { show: false } },
      { stroke: text, width: 1, dash: [6, 4], points: { show: false } },
    ],
    hooks: {
      setCursor: [({ cursor }) => onPoint(cursor.idx ?? undefined)],
      draw: [(plot) => drawCrosses(plot, color(RUN_COLORS.failed))],
    },
  };
}

const CROSS_PX = 4;

/** Draws a cross for each failed run, recognizable without its color. */
function drawCrosses(plot: uPlot, stroke: string): void {
  const { ctx } = plot;
  const reach = CROSS_PX * uPlot.pxRatio;
  const starts = plot.data[0] ?? [];
  const values = plot.data[FAILED_SERIES] ?? [];
  ctx.save();
  ctx.strokeStyle = stroke;
  ctx.lineWidth = 2 * uPlot.pxRatio;
  ctx.beginPath();
  for (const [index, start] of starts.entries()) {
    const value = values[index];
    if (value === undefined || value === null || start === undefined || start === null) continue;
    const x = plot.valToPos(start, 'x', true);
    const y = plot.valToPos(value, 'y', true);
    ctx.moveTo(x - reach, y - reach);
    ctx.lineTo(x + reach, y + reach);
    ctx.moveTo(x + reach, y - reach);
    ctx.lineTo(x - reach, y + reach);
  }
  ctx.stroke();
  ctx.restore();
}
