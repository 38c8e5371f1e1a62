import type { Run } from '@greenvue/jobs/client';
import { type Density, densityOf } from '../../ui/timeline/run-density.ts';
import { pixelOf, type TimelineWindow } from '../../ui/timeline/time-scale.ts';

interface Stretch {
  readonly x: number;
  readonly width: number;
}

/** How a run is drawn. Lanes count from the top; skipped slots have the lane below all others. */
export interface Mark {
  readonly run: Run;
  /**
   * `bar`: the last attempt that started; `wait`: not started, or waiting for a retry; `skip`: nothing ran.
   */
  readonly kind: 'bar' | 'wait' | 'skip';
  readonly lane: number;
  readonly bar: Stretch;
  /** From queued to started, including earlier attempts, where visible. */
  readonly wait: Stretch | undefined;
  /** The ends of failed attempts. */
  readonly failures: readonly number[];
  /** The time of the next attempt. */
  readonly due: number | undefined;
  /** The missed slots that the run covers. */
  readonly covers: Stretch | undefined;
}

export interface TimelineLayout {
  /** Oldest first. */
  readonly marks: readonly Mark[];
  /** The number of lanes with bars; at least one. */
  readonly lanes: number;
  /** The counts to draw instead of bars, where bars would cover each other. All marks are then in lane 0. */
  readonly density: Density | undefined;
}

const MOST_LANES = 6;
const DENSITY_LANES = 3;
const NARROWEST = 3;
/** The smallest distance between bars in a lane, so that they stay distinct. */
const GAP = 1;

/** The place of each run. Runs that overlap in time get different lanes. */
export function timelineLayout(runs: readonly Run[], window: TimelineWindow, now: number): TimelineLayout {
  const drawn = runs
    .map((run) => draw(run, window, now))
    .filter((mark) => mark !== undefined)
    .sort((a, b) => startOf(a) - startOf(b));
  const density = densityOf(drawn, window.width);
  if (density !== undefined) {
    const lanes = DENSITY_LANES;
    return {
      lanes,
      density,
      marks: drawn.map((mark) => ({ ...mark, lane: mark.kind === 'skip' ? lanes : 0 })),
    };
  }
  const ends: number[] = [];
  const laid = drawn.map((mark) => (mark.kind === 'skip' ? mark : { ...mark, lane: takeLane(ends, mark) }));
  const lanes = Math.max(ends.length, 1);
  return {
    lanes,
    density,
    marks: laid.map((mark) => (mark.kind === 'skip' ? { ...mark, lane: lanes } : mark)),
  };
}

/** The mark nearest to a point within `reach` pixels. Each lane in between counts as `laneHeight` pixels. */
export function nearestMark(
  marks: readonly Mark[],
  point: { readonly x: number; readonly lane: number; readonly laneHeight: number },
  reach: number,
): Mark | undefined {
  let nearest: Mark | undefined;
  let least = reach;
  for (const mark of marks) {
    const distance = distanceTo(mark, point.x) + Math.abs(mark.lane - point.lane) * point.laneHeight;
    // Of two equally near marks, the newer one is on top.
    if (distance > least) continue;
    least = distance;
    nearest = mark;
  }
  return nearest;
}

const HOUR_MS = 3_600_000;

/** The spans that the timeline offers. */
export const SPANS = [
  { id: '10m', label: '10 minutes', ms: HOUR_MS / 6 },
  { id: '1h', label: 'hour', ms: HOUR_MS },
  { id: '6h', label: '6 hours', ms: 6 * HOUR_MS },
  { id: '24h', label: '24 hours', ms: 24 * HOUR_MS },
  { id: '7d', label: '7 days', ms: 7 * 24 * HOUR_MS },
  { id: '30d', label: '30 days', ms: 30 * 24 * HOUR_MS },
] as const;

export type SpanId = (typeof SPANS)[number]['id'];

const ENOUGH_TO_SEE = 12;

/** The shortest span that shows a dozen runs, or all if there are fewer. `runs` are newest first. */
export function spanFor(runs: readonly Run[], now: number): SpanId {
  const wanted = runs[Math.min(ENOUGH_TO_SEE, runs.length) - 1];
  if (wanted === undefined) return '24h';
  const age = now - runStart(wanted);
  return SPANS.find(({ ms }) => age <= ms)?.id ?? '30d';
}

/** The start of a run's mark: its slot if nothing ran, else its start, else when it was queued. */
export function runStart(run: Run): number {
  return Date.parse((run.status === 'skipped' ? run.scheduled_for : run.started_at) ?? run.queued_at);
}

type Drawn = Mark & { readonly lane: 0 };

function draw(run: Run, window: TimelineWindow, now: number): Drawn | undefined {
  const shape = shapeOf(run, now);
  const first = Math.min(shape.from, shape.waitFrom ?? shape.from, shape.coversFrom ?? shape.from);
  if (first > window.to || Math.max(shape.to, shape.due ?? shape.to) < window.from) return undefined;
  return {
    run,
    lane: 0,
    kind: shape.kind,
    bar: stretch(shape.from, shape.to, window, NARROWEST),
    wait: shape.waitFrom === undefined ? undefined : visible(stretch(shape.waitFrom, shape.from, window, 0)),
    failures: run.errors
      .map(({ at }) => pixelOf(Date.parse(at), window))
      .filter((x) => x >= 0 && x <= window.width),
    due: shape.due === undefined || shape.due > window.to ? undefined : pixelOf(shape.due, window),
    covers:
      shape.coversFrom === undefined ? undefined : visible(stretch(shape.coversFrom, shape.from, window, 0)),
  };
}

interface Shape {
  readonly kind: Mark['kind'];
  readonly from: number;
  readonly to: number;
  readonly waitFrom?: number;
  readonly due?: number;
  readonly coversFrom?: number;
}

function shapeOf(run: Run, now: number): Shape {
  const queued = Date.parse(run.queued_at);
  const covers = run.missed_from === null ? {} : { coversFrom: Date.parse(run.missed_from) };
  if (run.status === 'skipped') {
    const slot = Date.parse(run.scheduled_for ?? run.queued_at);
    return { kind: 'skip', from: slot, to: slot, ...covers };
  }
  const ended = run.finished_at === null ? Math.max(now, queued) : Date.parse(run.finished_at);
  if (run.status === 'queued' || run.started_at === null) {
    const due = run.available_at === null ? undefined : Date.parse(run.available_at);
    const later = due === undefined || due <= now || run.held !== null ? {} : { due };
    return { kind: 'wait', from: queued, to: ended, ...covers, ...later };
  }
  const started = Date.parse(run.started_at);
  // If the clock jumped back, a bar must not get a negative length.
  const to = Math.max(ended, started);
  return { kind: 'bar', from: started, to, ...covers, ...(queued < started ? { waitFrom: queued } : {}) };
}

function stretch(from: number, to: number, window: TimelineWindow, narrowest: number): Stretch {
  const left = Math.max(pixelOf(from, window), 0);
  const right = Math.min(pixelOf(to, window), window.width);
  const width = Math.max(right - left, narrowest);
  return { x: Math.max(Math.min(left, window.width - width), 0), width };
}

function visible(stretch: Stretch): Stretch | undefined {
  return stretch.width < 1 ? undefined : stretch;
}

function startOf({ bar, wait }: Mark): number {
  return wait?.x ?? bar.x;
}

/** The first free lane, else a new one, else the lane that becomes free first. */
function takeLane(ends: number[], mark: Mark): number {
  const end = mark.bar.x + mark.bar.width + GAP;
  const free = ends.findIndex((taken) => taken <= startOf(mark));
  const lane = free >= 0 ? free : ends.length < MOST_LANES ? ends.length : ends.indexOf(Math.min(...ends));
  ends[lane] = Math.max(end, ends[lane] ?? 0);
  return lane;
}

function distanceTo(mark: Mark, x: number): number {
  const left = startOf(mark);
  const right = mark.bar.x + mark.bar.width;
  if (x < left) return left - x;
  return x > right ? x - right : 0;
}
