import { writeAndClaim } from '../../../core/transactions/claim-planned.ts';
import { WITHOUT_COMPLETIONS } from '../../../core/transactions/completions/completion-tables.ts';
import { answerFrom, runScript } from '../../../core/transactions/script.ts';
import type { Tables } from '../../../core/transactions/tables/tables.ts';
import { claimTables, seeWaiting } from '../claims/claim.ts';
import { earliestOf, firstOfKeys } from '../claims/runs-by-type.ts';
import { limitTables } from '../limits/limit-tables.ts';
import { rowOf } from '../rows/run-rows.ts';
import { alertTables } from './alert-tables.ts';
import { backfillTables } from './backfill-tables.ts';
import { bulkTables } from './bulk-tables.ts';
import { calendarTables } from './calendar-tables.ts';
import { checkpointTables } from './checkpoint-tables.ts';
import { commandTables } from './command-tables.ts';
import { claimedRunTables } from './runs/claimed-runs.ts';
import { liveRunsOf, liveRunTables } from './runs/live-runs.ts';
import { pruneTables } from './runs/prune.ts';
import { secretTables } from './secret-tables.ts';
import { upstreamTables } from './upstream-tables.ts';
import { writeTables } from './write-unit.ts';
import type { Writer } from './writer.ts';

/** All operations that transactions need. They work in the current transaction of the writer. */
export function createTables(w: Writer): Tables {
  const tables: Tables = {
    ...claimTables(w),
    ...claimedRunTables(w),
    ...planTables(w),
    ...commandTables(w),
    ...liveRunTables(w),
    ...writeTables(w),
    ...pruneTables(w),
    ...alertTables(w),
    ...secretTables(w),
    ...upstreamTables(w),
    ...checkpointTables(w),
    ...WITHOUT_COMPLETIONS,
    ...calendarTables(w),
    ...limitTables(w),
    ...backfillTables(w),
    ...bulkTables(w),
    endCommand({ claim: toClaim, command }) {
      if (toClaim === undefined) return void tables.write();
      // Other commands may also change which runs are due.
      const waiting = command.kind === 'trigger' ? seeWaiting(w, toClaim.types) : undefined;
      return runScript(writeAndClaim(w.unit, toClaim, waiting), answerFrom(tables))();
    },
  };
  return tables;
}

function planTables(w: Writer): Pick<Tables, 'lockDue' | 'endPlan'> {
  return {
    lockDue({ types, limit, aheadMs = 0, claim: toClaim }) {
      const keys = w.types.knownTo(types);
      const jobs = dueJobs(w, keys, w.unit.now + aheadMs, limit).map((uid) => w.lock(uid));
      // Read on demand, because a plan may end early.
      const live = { get: (uid: number) => liveRunsOf(w, uid) };
      if (toClaim === undefined || jobs.length === 0) return { jobs, live };
      return { jobs, live, waiting: seeWaiting(w, toClaim.types) };
    },
    endPlan({ input: { types } }) {
      const { now } = w.unit;
      const nextWakeAt = earliestOf(w, EARLIEST_WAKE, w.types.knownTo(types));
      return nextWakeAt === undefined ? { now } : { now, nextWakeAt };
    },
  };
}

function dueJobs(w: Writer, keys: readonly number[], by: number, limit: number): number[] {
  const due = firstOfKeys(w, {
    keys,
    limit,
    sql: DUE_JOBS,
    order: 'wake_at, uid',
    compare: ([uid, wakeAt], [other, otherAt]) => wakeAt - otherAt || uid - other,
    paramsOf: (key) => [key, by],
    read: rowOf<[uid: number, wakeAt: number]>,
  });
  return due.map(([uid]) => uid);
}

const DUE_JOBS = 'SELECT uid, wake_at FROM jobs WHERE wake_at IS NOT NULL AND type_key = ? AND wake_at <= ?';
const EARLIEST_WAKE = `SELECT wake_at FROM jobs
  WHERE wake_at IS NOT NULL AND type_key = ? ORDER BY wake_at LIMIT 1`;
