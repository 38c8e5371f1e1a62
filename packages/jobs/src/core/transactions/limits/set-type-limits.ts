import type { RegroupHow } from '../../store/limit-store.ts';
import type { OfferedLimits, StoredLimits } from '../../type-limits/type-limits.ts';
import { limitsAfterStart } from '../../type-limits/type-limits.ts';
import { ask, type Script } from '../script.ts';

/** Live runs that one transaction looks at. */
const RUNS_A_BATCH = 500;

/**
 * Stores the limits of the types of a node that starts, if they hold (P29, limits and priority). Returns the
 * types whose live runs have to change their groups: see {@link regroupRuns}.
 */
export function* setTypeLimits(offered: readonly OfferedLimits[]): Script<readonly StoredLimits[]> {
  const stored = new Map((yield* ask('readTypeLimits', { lock: true })).map((one) => [one.type, one]));
  const after = offered.map((one) => limitsAfterStart(stored.get(one.type), one));
  const changed = after.filter((one) => !isSame(one, stored.get(one.type)));
  if (changed.length > 0) yield* ask('saveTypeLimits', changed);
  return after.filter(({ isRegrouping }) => isRegrouping);
}

/**
 * Lets live runs change their groups, in batches in the order of their ids: the first batch has `after` 0.
 * Returns `after` of the next batch, or undefined after the last one.
 */
export function* regroupRuns(after: number, { done = [] }: RegroupHow = {}): Script<number | undefined> {
  const last = yield* ask('regroupRuns', after, RUNS_A_BATCH);
  if (last !== undefined || done.length === 0) return last;
  const stored = yield* ask('readTypeLimits', { lock: true });
  // A node that has changed the limits since moves the runs of the type itself. If it dies, the next node
  // does.
  const regrouped = stored.filter((one) => done.some((other) => isSame(one, other)));
  if (regrouped.length > 0)
    yield* ask(
      'saveTypeLimits',
      regrouped.map((one) => ({ ...one, isRegrouping: false })),
    );
  return undefined;
}

function isSame(one: StoredLimits, other: StoredLimits | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
