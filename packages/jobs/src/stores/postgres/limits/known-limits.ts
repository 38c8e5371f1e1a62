import {
  hasLimits,
  type LimitsByType,
  NO_TYPE_LIMITS,
  type StoredLimits,
} from '../../../core/type-limits/type-limits.ts';
import { storedLimitsOf } from '../../rows/limit-rows.ts';
import type { Statements } from '../connection/queries.ts';

/** The limits in force, as this node last read them (P29, limits and priority). */
export class KnownLimits {
  byType: LimitsByType = NO_TYPE_LIMITS;

  /** Reads them again. Call it at the start, after a change, and when another node has started. */
  async load(q: Pick<Statements, 'arrays'>): Promise<void> {
    const stored = await readTypeLimits(q);
    const some = stored.filter((one) => hasLimits(one.limits) || one.isRegrouping);
    this.byType = new Map(some.map(({ type, limits }) => [type, limits]));
  }
}

export async function readTypeLimits(
  q: Pick<Statements, 'arrays'>,
  { lock } = { lock: false },
): Promise<readonly StoredLimits[]> {
  if (lock) await q.arrays(LOCK_LIMITS);
  return (await q.arrays(READ_LIMITS)).map(storedLimitsOf);
}

/** Locks the table against others that change it: a row may be missing. */
const LOCK_LIMITS = 'LOCK TABLE greenvue_jobs.type_limits IN SHARE ROW EXCLUSIVE MODE';
const READ_LIMITS = 'SELECT type, version, limits, regrouping FROM greenvue_jobs.type_limits';
