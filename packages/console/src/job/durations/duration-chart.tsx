import { useCallback, useMemo, useState } from 'react';
import uPlot from 'uplot';
import { useLocation } from 'wouter';
import { baseOptions, DURATION_SCALE, durationAxis, timeAxis } from '../../ui/chart/chart-options.ts';
import { Plot, type PlotContext } from '../../ui/chart/plot.tsx';
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
          <span className={blocks.quiet}>Point at the chart to see a run.</span>
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

/** Starts in seconds, then in ms: durations, durations of failed runs, and the p50. */
function dataOf({ points, p50Ms }: DurationTrend): uPlot.AlignedData {
  return [
    points.map(({ at }) => at / 1_000),
    points.map(({ tookMs }) => tookMs),
    points.map(({ tookMs, failed }) => (failed ? tookMs : null)),
    points.map(() => p50Ms),
  ];
}

const FAILED_SERIES = 2;

function chartOptions(context: PlotContext, onPoint: (index: number | undefined) => void): uPlot.Options {
  const { color } = context;
  const good = color(RUN_COLORS.succeeded);
  return {
    ...baseOptions(context, HEIGHT_PX),
    cursor: { y: false, drag: { x: false, y: false } },
    scales: { y: DURATION_SCALE },
    axes: [timeAxis(context), durationAxis(context)],
    series: [
      {},
      { stroke: good, width: 1.5, points: { size: 5, fill: good } },
      // The points are crosses without a line.
      { paths: () => null, points: { show: false } },
      { stroke: color('var(--mantine-color-dimmed)'), width: 1, dash: [6, 4], points: { show: false } },
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
