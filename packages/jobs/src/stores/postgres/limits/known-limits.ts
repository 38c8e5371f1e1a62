import {
  hasLimits,
  type LimitsByType,
  NO_TYPE_LIMITS,
  type StoredLimits,
} from '../../../core/type-limits/type-limits.ts';
import { limitsRevisionOf, storedLimitsOf } from '../../rows/limit-rows.ts';
import type { Statements } from '../connection/queries.ts';

/** The limits in force, as this node last read them (P29, limits and priority). */
export class KnownLimits {
  byType: LimitsByType = NO_TYPE_LIMITS;
  #revision = 0;
  #isFollowing = false;

  /** Reads them again. Call it at the start and after a change of this node. */
  async load(q: Pick<Statements, 'arrays'>): Promise<void> {
    const rows = await q.arrays(READ_LIMITS);
    const some = rows.map(storedLimitsOf).filter((one) => hasLimits(one.limits) || one.isRegrouping);
    this.byType = new Map(some.map(({ type, limits }) => [type, limits]));
    this.#revision = rows.reduce<number>((sum, row) => sum + limitsRevisionOf(row), 0);
  }

  /**
   * Reads them again if another node has changed them. Call it with each {@link LIMITS_REVISION} that is
   * read, so that the next call tries a failed read again. Returns whether it has read them.
   */
  async follow(revision: number, q: Pick<Statements, 'arrays'>): Promise<boolean> {
    if (revision === this.#revision || this.#isFollowing) return false;
    this.#isFollowing = true;
    try {
      await this.load(q);
      return true;
    } catch {
      return false;
    } finally {
      this.#isFollowing = false;
    }
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
const READ_LIMITS = 'SELECT type, version, limits, regrouping, revision FROM greenvue_jobs.type_limits';
/** Differs after each change of the limits of types, in SQL. */
export const LIMITS_REVISION =
  '(SELECT coalesce(sum(revision), 0) FROM greenvue_jobs.type_limits)::double precision';
