import { useCallback, useMemo, useState } from 'react';
import uPlot from 'uplot';
import { axisWidth, PLOT_PADDING, Plot, type PlotContext } from '../../ui/chart/plot.tsx';
import { clockText } from '../../ui/clock/time-text.ts';
import { useZone } from '../../ui/clock/zone.tsx';
import { durationText } from '../../ui/schedule/duration.ts';
import { RUN_COLORS, RunMark } from '../../ui/status/status.tsx';
import classes from './minutes.module.css';
import { type MinutePiles, OUTCOMES, sum } from './minutes.ts';

const RUNS_HEIGHT = 190;
const LATENESS_HEIGHT = 96;
const BAR = uPlot.paths.bars?.({ size: [0.75, 18, 1], gap: 1 });

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

function optionsOfRuns(context: PlotContext, onIndex: (index: number | undefined) => void): uPlot.Options {
  return {
    ...baseOptions(context, { height: RUNS_HEIGHT, onIndex }),
    scales: { x: WHOLE_MINUTES, y: { range: (_plot, _min, max) => [0, Math.max(4, Math.ceil(max * 1.1))] } },
    axes: [timeAxis(context), { ...axisOf(context), size: axisWidth, incrs: WHOLE }],
    series: [
      {},
      ...OUTCOMES.toReversed().map((outcome): uPlot.Series => {
        const color = context.color(RUN_COLORS[outcome]);
        return {
          stroke: color,
          fill: color,
          width: 0,
          points: { show: false },
          ...(BAR === undefined ? {} : { paths: BAR }),
        };
      }),
    ],
  };
}

function optionsOfLateness(
  context: PlotContext,
  onIndex: (index: number | undefined) => void,
): uPlot.Options {
  return {
    ...baseOptions(context, { height: LATENESS_HEIGHT, onIndex }),
    scales: { x: WHOLE_MINUTES, y: { range: (_plot, _min, max) => [0, Math.max(5, max * 1.15)] } },
    axes: [
      timeAxis(context),
      {
        ...axisOf(context),
        size: axisWidth,
        space: 22,
        incrs: WHOLE,
        values: (_plot, values) => values.map(durationText),
      },
    ],
    series: [
      {},
      {
        stroke: context.color(RUN_COLORS.running),
        width: 1.5,
        // Always: a minute with no neighbour has no line.
        points: { show: true, size: 5, fill: context.color(RUN_COLORS.running) },
      },
    ],
  };
}

/** Leaves space for a whole bar at both ends. */
const WHOLE_MINUTES: uPlot.Scale = { range: (_plot, min, max) => [min - 30, max + 30] };

const WHOLE = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6, 1e7];

interface BaseInput {
  readonly height: number;
  readonly onIndex: (index: number | undefined) => void;
}

function baseOptions({ width }: PlotContext, { height, onIndex }: BaseInput): Omit<uPlot.Options, 'series'> {
  return {
    width,
    height,
    legend: { show: false },
    padding: PLOT_PADDING,
    cursor: {
      y: false,
      drag: { x: false, y: false },
      sync: { key: 'greenvue-minutes' },
      points: { show: false },
    },
    hooks: { setCursor: [({ cursor }) => onIndex(cursor.idx ?? undefined)] },
  };
}

function timeAxis(context: PlotContext): uPlot.Axis {
  return {
    ...axisOf(context),
    space: 64,
    size: 26,
    values: (_plot, seconds) => seconds.map((at) => clockText(at * 1_000, context.zone)),
  };
}

function axisOf({ color }: PlotContext): uPlot.Axis {
  const line = { stroke: color('var(--line)'), width: 1 };
  return {
    stroke: color('var(--mantine-color-dimmed)'),
    grid: line,
    ticks: { ...line, size: 4 },
    font: FONT,
  };
}

const FONT = '11px system-ui, sans-serif';
