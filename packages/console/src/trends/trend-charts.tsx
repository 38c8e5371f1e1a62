import type { JobHistory } from '@greenvue/jobs/client';
import { useCallback, useMemo } from 'react';
import type uPlot from 'uplot';
import {
  barSeries,
  baseOptions,
  COUNT_SCALE,
  countAxis,
  DURATION_SCALE,
  durationAxis,
  lineSeries,
  stepScale,
  timeAxis,
} from '../ui/chart/chart-options.ts';
import { Plot, type PlotContext } from '../ui/chart/plot.tsx';
import { RUN_COLORS } from '../ui/status/status.tsx';
import { OUTCOMES, type TrendLines, trendLines } from './trend-lines.ts';
import classes from './trends.module.css';

const RUNS_HEIGHT = 150;
const LINES_HEIGHT = 120;

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
    cursor: { show: false },
    scales: { x: stepScale(stepSeconds), y: COUNT_SCALE },
    axes: [timeAxis(context), countAxis(context)],
    series: [{}, ...OUTCOMES.toReversed().map((outcome) => barSeries(context, RUN_COLORS[outcome]))],
  };
}

function optionsOfLines(context: PlotContext, stepSeconds: number, colors: readonly string[]): uPlot.Options {
  return {
    ...baseOptions(context, LINES_HEIGHT),
    cursor: { show: false },
    scales: { x: stepScale(stepSeconds), y: DURATION_SCALE },
    axes: [timeAxis(context), durationAxis(context)],
    series: [{}, ...colors.map((css) => lineSeries(context, css))],
  };
}
