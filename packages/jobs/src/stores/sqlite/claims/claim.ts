import type { TypeVersions } from '../../../core/nodes/membership.ts';
import { claimedRunOf, indexOfJob, takeOf } from '../../../core/transactions/claim.ts';
import type { SeenWaiting, Tables } from '../../../core/transactions/tables/tables.ts';
import { numberOf } from '../../rows/first-column.ts';
import { startOrderOf } from '../../rows/queue-key.ts';
import { FREE_COLUMNS } from '../../rows/runs/run-row.ts';
import { STATUS } from '../rows/codes.ts';
import type { Writer } from '../writer/writer.ts';
import {
  type Due,
  FREE,
  firstSuspect,
  IN_DUE_ORDER,
  seePriorities,
  unclaimedSlots,
} from './priority-claims.ts';
import { earliestOf, firstOfKeys, inStartOrder } from './runs-by-type.ts';

/** The operations of a claim. */
export function claimTables(w: Writer): Pick<Tables, 'openClaim' | 'takeRuns' | 'endClaim'> {
  return {
    openClaim: ({ types }) => seeWaiting(w, types),
    takeRuns({ node, types }, { which, places, prefetch, ahead = { ms: 0, runs: 0 } }, jobs) {
      const { now } = w.unit;
      const keys = w.types.knownTo(types);
      if (keys.length === 0) return [];
      const nodeKey = w.nodes.keyOf(node, now);
      const limit = places + prefetch;
      const due = {
        suspect: () => firstSuspect(w, { keys, now }),
        slots: () => inStartOrder(keys, limit, (some) => unclaimedSlots(w, { keys: some, now, limit })),
        due: () =>
          inStartOrder(keys, limit, (some) => freeRuns(w, some, { after: BEFORE_ALL, by: now, limit })),
      }[which]();
      const coming = freeRuns(w, keys, { after: now, by: now + ahead.ms, limit: ahead.runs });
      return takeOf({ due, coming }, places).map(({ row, started }) => {
        const { id, jobUid, run } = row;
        const fence = w.ids.next(now);
        w.db.write(CLAIM, nodeKey, fence, started ? STATUS.running : STATUS.queued, started ? now : null, id);
        const job = indexOfJob(jobs, jobUid);
        const claimed = claimedRunOf(run, { job, fence, started, hasPriority: which === 'slots' });
        run.claim = { node, fence };
        if (started) {
          run.status = 'running';
          run.startedAt = now;
        }
        w.keepClaimed(row);
        return claimed;
      });
    },
    endClaim: ({ types }, uids) => ({
      jobs: uids.map((uid) => w.jobs.require(uid).job),
      seen: seeWaiting(w, types),
    }),
  };
}

/** Unclaimed runs of these types. */
export function seeWaiting(w: Writer, types: TypeVersions): SeenWaiting {
  const keys = w.types.knownTo(types);
  return { at: w.unit.now, runAt: earliestOf(w, EARLIEST_DUE, keys), ...seePriorities(w, keys) };
}

/** The start order of the first due run of these keys: one seek for each. */
export function firstStart(w: Writer, keys: readonly number[]): number | undefined {
  const orders = keys.flatMap((key) => {
    const at = numberOf(w.db.arrays(EARLIEST_DUE).get(key));
    return at === undefined || at > w.unit.now ? [] : [startOrderOf(key, at)];
  });
  return orders.length === 0 ? undefined : Math.min(...orders);
}

/** Unclaimed runs that become due after one instant and up to another, in that order. */
function freeRuns(
  w: Writer,
  keys: readonly number[],
  { after, by, limit }: { readonly after: number; readonly by: number; readonly limit: number },
): readonly Due[] {
  if (limit === 0) return [];
  const paramsOf = (key: number) => [key, after, by];
  return firstOfKeys(w, { ...IN_DUE_ORDER, keys, limit, sql: FREE_RUNS, paramsOf });
}

const BEFORE_ALL = Number.MIN_SAFE_INTEGER;

const FREE_RUNS = `SELECT ${FREE_COLUMNS} FROM live_runs
  WHERE ${FREE} AND type_key = ? AND available_at > ? AND available_at <= ?`;
const EARLIEST_DUE = `SELECT available_at FROM live_runs
  WHERE ${FREE} AND type_key = ? ORDER BY available_at LIMIT 1`;
const CLAIM = 'UPDATE live_runs SET node = ?, fence = ?, status = ?, started_at = ? WHERE id = ?';
