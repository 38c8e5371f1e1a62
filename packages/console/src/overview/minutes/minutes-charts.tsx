import { useCallback, useMemo, useState } from 'react';
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
} from '../../ui/chart/chart-options.ts';
import { Plot, type PlotContext } from '../../ui/chart/plot.tsx';
import { clockText } from '../../ui/clock/time-text.ts';
import { useZone } from '../../ui/clock/zone.tsx';
import { durationText } from '../../ui/schedule/duration.ts';
import { RUN_COLORS, RunMark } from '../../ui/status/status.tsx';
import classes from './minutes.module.css';
import { type MinutePiles, OUTCOMES, sum } from './minutes.ts';

const RUNS_HEIGHT = 190;
const LATENESS_HEIGHT = 96;

interface MinutesChartsProps {
  readonly piles: MinutePiles;
}

/** The last hour by minute: ended runs stacked by outcome, and below it how late runs started. */
export function MinutesCharts({ piles }: MinutesChartsProps) {
  const [index, setIndex] = useState<number>();
  const runs = useMemo<uPlot.AlignedData>(
    // The tallest bar is drawn first and the lower ones over it.
    () => [piles.seconds, ...OUTCOMES.toReversed().map((outcome) => piles.tops[outcome])],
    [piles],
  );
  const lateness = useMemo<uPlot.AlignedData>(() => [piles.seconds, piles.latenessMs], [piles]);
  const runsOptions = useCallback((context: PlotContext) => optionsOfRuns(context, setIndex), []);
  const latenessOptions = useCallback((context: PlotContext) => optionsOfLateness(context, setIndex), []);
  return (
    <>
      <Legend piles={piles} index={index} />
      <Plot options={runsOptions} data={runs} height={RUNS_HEIGHT} />
      <p className={classes.caption}>Lateness (p99), from due to started</p>
      <Plot options={latenessOptions} data={lateness} height={LATENESS_HEIGHT} />
    </>
  );
}

interface LegendProps extends MinutesChartsProps {
  readonly index: number | undefined;
}

function Legend({ piles, index }: LegendProps) {
  const { zone } = useZone();
  const at = index === undefined ? undefined : piles.seconds[index];
  const when = at === undefined ? 'In the last hour' : clockText(at * 1_000, zone);
  const countOf = (list: readonly number[]): number => (index === undefined ? sum(list) : (list[index] ?? 0));
  const lateMs = index === undefined ? undefined : piles.latenessMs[index];
  return (
    <div className={classes.legend}>
      <span className={classes.when}>{when}</span>
      {OUTCOMES.map((outcome) => (
        <span key={outcome} className={classes.entry}>
          <span className={classes.mark} style={{ color: RUN_COLORS[outcome] }}>
            <RunMark status={outcome} />
          </span>
          {outcome} <b>{countOf(piles.counts[outcome])}</b>
        </span>
      ))}
      <span className={classes.entry}>
        retried <b>{countOf(piles.retried)}</b>
      </span>
      {lateMs === undefined || lateMs === null ? null : (
        <span className={classes.entry}>
          late <b>{durationText(lateMs)}</b>
        </span>
      )}
    </div>
  );
}

type OnIndex = (index: number | undefined) => void;

function optionsOfRuns(context: PlotContext, onIndex: OnIndex): uPlot.Options {
  return {
    ...pointedOptions(context, { height: RUNS_HEIGHT, onIndex }),
    scales: { x: stepScale(60), y: COUNT_SCALE },
    axes: [timeAxis(context), countAxis(context)],
    series: [{}, ...OUTCOMES.toReversed().map((outcome) => barSeries(context, RUN_COLORS[outcome]))],
  };
}

function optionsOfLateness(context: PlotContext, onIndex: OnIndex): uPlot.Options {
  return {
    ...pointedOptions(context, { height: LATENESS_HEIGHT, onIndex }),
    scales: { x: stepScale(60), y: DURATION_SCALE },
    axes: [timeAxis(context), durationAxis(context)],
    series: [{}, lineSeries(context, RUN_COLORS.running)],
  };
}

/** Both charts point at the same minute. */
function pointedOptions(
  context: PlotContext,
  { height, onIndex }: { readonly height: number; readonly onIndex: OnIndex },
): Omit<uPlot.Options, 'series'> {
  return {
    ...baseOptions(context, height),
    cursor: {
      y: false,
      drag: { x: false, y: false },
      sync: { key: 'greenvue-minutes' },
      points: { show: false },
    },
    hooks: { setCursor: [({ cursor }) => onIndex(cursor.idx ?? undefined)] },
  };
}
