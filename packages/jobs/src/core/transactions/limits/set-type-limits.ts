import type { RegroupHow } from '../../store/limit-store.ts';
import type { OfferedLimits } from '../../type-limits/type-limits.ts';
import { limitsAfterStart } from '../../type-limits/type-limits.ts';
import { ask, type Script } from '../script.ts';

/** Live runs that one transaction looks at. */
const RUNS_A_BATCH = 500;

/**
 * Stores the limits of the types of a node that starts, if they hold (P29, limits and priority). Returns
 * whether live runs have to change their groups: see {@link regroupRuns}.
 */
export function* setTypeLimits(offered: readonly OfferedLimits[]): Script<boolean> {
  const stored = new Map((yield* ask('readTypeLimits', { lock: true })).map((one) => [one.type, one]));
  const after = offered.map((one) => limitsAfterStart(stored.get(one.type), one));
  const changed = after.filter((one) => JSON.stringify(one) !== JSON.stringify(stored.get(one.type)));
  if (changed.length > 0) yield* ask('saveTypeLimits', changed);
  return after.some(({ isRegrouping }) => isRegrouping);
}

/**
 * Lets live runs change their groups, in batches in the order of their ids: the first batch has `after` 0.
 * Returns `after` of the next batch, or undefined after the last one.
 */
export function* regroupRuns(
  after: number,
  { isLastPass = true }: RegroupHow = {},
): Script<number | undefined> {
  const last = yield* ask('regroupRuns', after, RUNS_A_BATCH);
  if (last !== undefined || !isLastPass) return last;
  const left = (yield* ask('readTypeLimits', { lock: true })).filter(({ isRegrouping }) => isRegrouping);
  if (left.length > 0)
    yield* ask(
      'saveTypeLimits',
      left.map((one) => ({ ...one, isRegrouping: false })),
    );
  return undefined;
}
