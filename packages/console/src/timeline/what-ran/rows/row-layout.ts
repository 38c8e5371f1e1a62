import type { RunTimeline, TimelineRow } from '@greenvue/jobs/client';
import { COLUMN_PX, type Density, densityOf } from '../../../ui/timeline/run-density.ts';
import { pixelOf, type TimelineWindow } from '../../../ui/timeline/time-scale.ts';

export type TimelineRun = NonNullable<TimelineRow['runs']>[number];
type Counts = Pick<TimelineRow['counts'], 'succeeded' | 'failed' | 'cancelled' | 'running'>;

/**
 * What can be selected in a row: a run, the runs of a column, or those of an hour that are no longer kept.
 */
export type Item =
  | {
      readonly kind: 'run';
      readonly x: number;
      readonly width: number;
      readonly lane: number;
      readonly run: TimelineRun;
    }
  | ({ readonly kind: 'column'; readonly counts: Counts } & Stretch)
  | ({ readonly kind: 'hour'; readonly counts: Omit<TimelineRow['counts'], 'running'> } & Stretch);

interface Stretch {
  readonly x: number;
  readonly width: number;
  /** Its bounds (ms). */
  readonly from: number;
  readonly to: number;
}

export interface RowLayout {
  /** Oldest first. */
  readonly items: readonly Item[];
  /** How many bars are above each other. */
  readonly lanes: number;
  /** The columns to draw instead of bars. */
  readonly density: Density | undefined;
  /** The width of a column in pixels. */
  readonly columnWidth: number;
}

const HOUR_MS = 3_600_000;
const NARROWEST = 3;
const GAP = 1;
const MOST_LANES = 3;

/** What is drawn of a row: its runs as bars, or, where they would cover each other, how many there are. */
export function rowLayout(row: TimelineRow, timeline: RunTimeline, window: TimelineWindow): RowLayout {
  const hours = hoursOf(row, window);
  const { runs, columns } = row;
  if (runs === null) {
    const columnWidth = (timeline.step_ms / (window.to - window.from)) * window.width;
    const items = (columns ?? []).map(({ step, ...counts }): Item => {
      const from = window.from + step * timeline.step_ms;
      return {
        kind: 'column',
        x: step * columnWidth,
        width: columnWidth,
        from,
        to: from + timeline.step_ms,
        counts,
      };
    });
    return { items: [...hours, ...items], lanes: 1, density: densityFrom(items), columnWidth };
  }
  const bars = runs.map((run) => ({
    run,
    kind: 'bar',
    bar: stretchOf(run, Date.parse(timeline.now), window),
  }));
  const density = densityOf(bars, window.width, MOST_LANES);
  if (density === undefined) return { ...layBars(bars, hours), density: undefined, columnWidth: COLUMN_PX };
  return { items: [...hours, ...itemsOf(density, window)], lanes: 1, density, columnWidth: COLUMN_PX };
}

interface Bar {
  readonly run: TimelineRun;
  readonly kind: string;
  readonly bar: { readonly x: number; readonly width: number };
}

/** Runs that overlap in time get different lanes, or else the lane that becomes free first. */
function layBars(bars: readonly Bar[], hours: readonly Item[]): Pick<RowLayout, 'items' | 'lanes'> {
  const ends: number[] = [];
  const items: Item[] = [...hours];
  for (const { run, bar } of bars.toSorted((a, b) => a.bar.x - b.bar.x)) {
    const free = ends.findIndex((end) => end <= bar.x);
    const lane = free >= 0 ? free : ends.length < MOST_LANES ? ends.length : ends.indexOf(Math.min(...ends));
    ends[lane] = Math.max(bar.x + bar.width + GAP, ends[lane] ?? 0);
    items.push({ kind: 'run', ...bar, lane, run });
  }
  return { items, lanes: Math.max(ends.length, 1) };
}

function stretchOf({ started_at, finished_at }: TimelineRun, now: number, window: TimelineWindow) {
  const left = Math.max(pixelOf(Date.parse(started_at), window), 0);
  const end = finished_at === null ? now : Date.parse(finished_at);
  const right = Math.min(pixelOf(end, window), window.width);
  const width = Math.max(right - left, NARROWEST);
  return { x: Math.max(Math.min(left, window.width - width), 0), width };
}

function densityFrom(items: readonly Item[]): Density {
  const columns = items.flatMap((item) => {
    if (item.kind !== 'column') return [];
    const counts = new Map(
      (['succeeded', 'failed', 'cancelled', 'running'] as const).map(
        (status) => [status, item.counts[status]] as const,
      ),
    );
    return [{ x: item.x, counts, total: [...counts.values()].reduce((sum, count) => sum + count, 0) }];
  });
  return { columns, most: Math.max(0, ...columns.map(({ total }) => total)) };
}

function itemsOf(density: Density, { from, to, width }: TimelineWindow): Item[] {
  const msOf = (px: number) => (px / width) * (to - from);
  return density.columns.map(({ x, counts }) => ({
    kind: 'column',
    x,
    width: COLUMN_PX,
    from: from + msOf(x),
    to: from + msOf(x + COLUMN_PX),
    counts: {
      succeeded: counts.get('succeeded') ?? 0,
      failed: counts.get('failed') ?? 0,
      cancelled: counts.get('cancelled') ?? 0,
      running: counts.get('running') ?? 0,
    },
  }));
}

function hoursOf({ hours }: TimelineRow, window: TimelineWindow): Item[] {
  return hours.map(({ at, ...counts }) => {
    const from = Date.parse(at);
    const x = Math.max(pixelOf(from, window), 0);
    const end = Math.min(pixelOf(from + HOUR_MS, window), window.width);
    return { kind: 'hour', x, width: Math.max(end - x, NARROWEST), from, to: from + HOUR_MS, counts };
  });
}

/** Identifies an item of a row, also in a later answer of the server. */
export function itemKey(item: Item): string {
  return item.kind === 'run' ? item.run.id : `${item.kind} ${item.from}`;
}

/** The item nearest to a point, within `reach` pixels. `lane`: where the point is among bars. */
export function nearestItem(
  items: readonly Item[],
  x: number,
  lane: number,
  reach: number,
): Item | undefined {
  let nearest: Item | undefined;
  let least = reach;
  for (const item of items) {
    const left = item.x - x;
    const right = x - (item.x + item.width);
    const aside = item.kind === 'run' ? Math.abs(item.lane - lane) * 2 : item.kind === 'hour' ? 1 : 0;
    const distance = Math.max(left, right, 0) + aside;
    if (distance > least) continue;
    least = distance;
    nearest = item;
  }
  return nearest;
}
