import type { Clock } from '../clock.ts';

/** Limits of accepted events of a kind per minute: in total, and for each of its keys, in order. */
export interface EventBounds {
  readonly inAll: number;
  readonly perKey: readonly number[];
}

/** The dropped events of one minute. */
export interface LeftOut<Kind> {
  readonly kind: Kind;
  readonly count: number;
  /** Start and end of the minute. */
  readonly from: number;
  readonly until: number;
}

/**
 * Accepts the first events of each minute and counts the others. Its memory grows only with accepted events.
 */
export interface EventSampler<Kind> {
  /** Whether the event is within the limits of its kind and of each of its keys. */
  takes(kind: Kind, keys: readonly string[]): boolean;
  /**
   * The counts of dropped events of past minutes, each returned once. With `all`, includes the current
   * minute.
   */
  leftOut(all?: 'all'): readonly LeftOut<Kind>[];
}

const MINUTE_MS = 60_000;

interface Minute {
  readonly from: number;
  taken: number;
  leftOut: number;
  readonly byKey: Map<string, number>;
}

/** Creates a sampler with limits for each kind. */
export function createEventSampler<Kind extends string>(
  bounds: Readonly<Record<Kind, EventBounds>>,
  clock: Clock,
): EventSampler<Kind> {
  const minutes = new Map<Kind, Minute>();
  const over: LeftOut<Kind>[] = [];
  const end = (kind: Kind, { from, leftOut }: Minute): void => {
    minutes.delete(kind);
    if (leftOut > 0) over.push({ kind, count: leftOut, from, until: from + MINUTE_MS });
  };
  const isOver = ({ from }: Minute): boolean => Math.abs(clock.now() - from) >= MINUTE_MS;
  const minuteOf = (kind: Kind): Minute => {
    const known = minutes.get(kind);
    if (known && !isOver(known)) return known;
    if (known) end(kind, known);
    const fresh = { from: clock.now(), taken: 0, leftOut: 0, byKey: new Map<string, number>() };
    minutes.set(kind, fresh);
    return fresh;
  };
  return {
    takes: (kind, keys) => {
      const minute = minuteOf(kind);
      const { inAll, perKey } = bounds[kind];
      const isFull =
        minute.taken >= inAll || keys.some((key, i) => (minute.byKey.get(key) ?? 0) >= (perKey[i] ?? 0));
      if (isFull) {
        minute.leftOut += 1;
        return false;
      }
      minute.taken += 1;
      for (const key of keys) minute.byKey.set(key, (minute.byKey.get(key) ?? 0) + 1);
      return true;
    },
    leftOut: (all) => {
      for (const [kind, minute] of minutes) if (all === 'all' || isOver(minute)) end(kind, minute);
      return over.splice(0);
    },
  };
}
