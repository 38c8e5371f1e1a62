import type { HistoryBounds } from '../../../core/transactions/tables.ts';
import { numbersIn } from '../../rows/first-column.ts';
import type { Database } from '../database.ts';
import type { JobTable } from './job-table.ts';

/**
 * Finds jobs with too much history. Those that grow are noticed as they are saved; this looks for those that
 * were so before.
 */
export interface HistoryOverLimit {
  /** Looks at a few more jobs; true while some are left to look at. */
  scan(bounds: HistoryBounds): boolean;
}

/** So many jobs are looked at in one go: about a millisecond. */
const STEP = 2_000;

export function createHistoryOverLimit(db: Database, jobs: JobTable): HistoryOverLimit {
  let bounds: HistoryBounds | undefined;
  /** All jobs up to this uid were looked at; undefined once all were. */
  let lookedUpTo: number | undefined = 0;
  return {
    scan(to) {
      if (bounds?.finished !== to.finished || bounds.skipped !== to.skipped) {
        bounds = to;
        jobs.setBounds(to);
        lookedUpTo = 0;
      }
      if (lookedUpTo === undefined) return false;
      const params = [lookedUpTo, STEP] as const;
      const last = numbersIn(db.arrays(LAST_OF_STEP).all(...params))[0];
      const found = db.arrays(OVER).all(lookedUpTo, last ?? lookedUpTo, to.finished, to.skipped);
      for (const uid of numbersIn(found)) jobs.overfull.add(uid);
      lookedUpTo = last;
      return last !== undefined;
    },
  };
}

const LAST_OF_STEP = `SELECT uid FROM (SELECT uid FROM jobs WHERE uid > ? ORDER BY uid LIMIT ?)
  ORDER BY uid DESC LIMIT 1`;
const OVER = `SELECT uid FROM jobs
  WHERE uid > ? AND uid <= ? AND (finished_count > ? OR skipped_count > ?)`;
