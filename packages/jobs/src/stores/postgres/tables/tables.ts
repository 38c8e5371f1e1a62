import { isFreeTrigger, isPlainTrigger } from '../../../core/model/job-command.ts';
import { isLiveRun } from '../../../core/model/run.ts';
import type { SettleInput } from '../../../core/store/store-passes.ts';
import {
  type AsyncTables,
  answerFrom,
  runScriptAsync,
  type Script,
} from '../../../core/transactions/script.ts';
import { lockedJob, saveJob } from '../../../core/transactions/unit-of-work.ts';
import { claimTables } from '../claims/claim.ts';
import { lockClaims, lockEndedClaims } from '../locks/claim-locks.ts';
import {
  askForDeduped,
  dedupedIn,
  KEEP_DEDUPE_KEY,
  lockFor,
  lockKey,
  type OpenedCommand,
} from '../locks/command-locks.ts';
import { createDueLook, type OpenedPlan } from '../locks/due-jobs.ts';
import { requireJob } from '../locks/job-locks.ts';
import { findRun } from '../postgres-reads.ts';
import { rowOf, runKeyOf } from '../rows/run-rows.ts';
import { START } from '../shortcuts/due-index-floor.ts';
import type { Claimant } from '../shortcuts/make-claimed.ts';
import type { OpenedMove } from '../shortcuts/move-succeeded.ts';
import { rememberTriggered } from '../shortcuts/trigger-in-one-statement.ts';
import { pruneTables } from '../upkeep/prune.ts';
import {
  deleteLiveRuns,
  type FirstRuns,
  findLiveRun,
  liveRunsOf,
  lockLiveRun,
  lockLiveRunsOf,
  makeAllDue,
  moveRuns,
} from './live-runs.ts';
import { appendLogs } from './logs.ts';
import { insertNewJobs, insertNewJobsOneByOne } from './new-jobs.ts';
import { makeRunDue, putBack, requestCancels, writeAudit, writeReports } from './run-writes.ts';
import { becomeDue, nextIds, type Unit } from './unit.ts';
import { writeJobs, writeUnit, writeUnitUnanswered } from './write-unit.ts';

/** How a transaction is done, and what was asked for together with its BEGIN. */
export interface TablesOptions {
  /** Of the node that a plan or a claim is for: it may claim only as long as its lease lasts. */
  readonly hasJoined?: boolean;
  /** It settles the claims of this batch. */
  readonly settles?: { readonly batch: readonly SettleInput[]; readonly opened: OpenedMove | undefined };
  readonly openedPlan?: OpenedPlan | undefined;
  readonly openedCommand?: OpenedCommand | undefined;
  /** Takes what a command makes. */
  readonly claimant?: Claimant | undefined;
  /** A free trigger takes the job from nobody; for statements that see what was committed before them. */
  readonly sharing?: boolean;
  /** It is a caller's transaction, which it must not end. */
  readonly isCallers?: boolean;
  /** Drawn before. */
  readonly uids?: readonly number[];
}

/** Runs a transaction of `core` in a unit. */
export function runIn<T>(u: Unit, script: Script<T>, options: TablesOptions = {}): Promise<T> {
  return runScriptAsync(script, answerFrom(createTables(u, options)));
}

function createTables(u: Unit, options: TablesOptions): AsyncTables {
  const { hasJoined = false, settles, openedCommand, claimant, sharing = false, isCallers, uids } = options;
  const dueLook = createDueLook(u, { hasJoined, opened: options.openedPlan });
  let isPlan = false;
  /** Tells the unit what was made. */
  let tellMade = (): void => undefined;
  /** What was read of live runs with the locks, until they change. */
  let looked: { readonly uids?: readonly number[]; readonly rows: FirstRuns } | undefined;
  /** What was read before there was a job to lock says nothing. */
  const seen = openedCommand?.lock.length === 0 ? undefined : openedCommand;
  const told = async <T>(asking: Promise<T>): Promise<T> => {
    const answer = await asking;
    tellMade();
    tellMade = () => undefined;
    return answer;
  };
  return {
    async lockClaims(claims) {
      if (settles === undefined) return lockClaims(u, claims);
      const states = await lockEndedClaims(u, settles);
      // What others did to their jobs' live runs since, nobody has looked at.
      if (states.every((state) => typeof state === 'object' && 'movedOf' in state))
        looked = settles.opened?.live;
      return states;
    },
    async claimsOf(whose) {
      const rows = await ('node' in whose
        ? u.q.arrays(CLAIMED_BY, [whose.node])
        : u.q.arrays(CLAIMED_BY_GONE, [whose.goneBut]));
      return rows.map((row) => {
        const [runId, fence] = rowOf<[number, number]>(row);
        return { runId: String(runId), fence };
      });
    },
    ...claimTables(u, hasJoined),
    writeReports: (batch) => writeReports(u, batch),

    liveRuns(ofJobs, { claimed = false, putOff = false } = {}) {
      const isCovered = ofJobs.every((uid) => looked?.uids?.includes(uid) ?? true);
      const first = isCovered ? looked?.rows : undefined;
      looked = undefined;
      return liveRunsOf(u, ofJobs, { countClaimed: claimed, countPutOff: putOff, first });
    },
    lockLiveRuns: (uid, which) => lockLiveRunsOf(u, uid, which),
    makeAllDue: (uid, after) => makeAllDue(u, uid, after),
    moveRuns: (uid, move) => moveRuns(u, uid, move),
    async retypeRuns(uid, { type, typeVersion }) {
      const key = u.shared.types.get(type, typeVersion);
      await u.q.write(RETYPE_LIVE, [key, uid, typeVersion]);
      becomeDue(u, 'runs', [START]);
      return key;
    },
    requestCancels: (runs, reason) =>
      requestCancels(
        u,
        runs.map(({ id }) => id),
        reason,
      ),
    async endRuns(ends) {
      await deleteLiveRuns(
        u,
        ends.finished.map(({ id }) => Number(id)),
      );
      u.ended.push(...ends.finished);
      await putBack(u, ends.putBack);
    },
    appendLogs: (logs) =>
      appendLogs(
        u.q,
        logs.map(({ runId, lines }) => ({ runId: Number(runId), lines })),
      ),

    async write() {
      if (!isPlan) return void (await writeUnit(u));
      dueLook.written();
      tellMade = await writeUnitUnanswered(u);
    },
    writeJobs: () => writeJobs(u),

    lockDue(input) {
      isPlan = true;
      return dueLook.lockDue(input);
    },
    endPlan: (planned) => told(dueLook.end(planned)),

    async lockJob(input) {
      if (openedCommand === undefined) await lockKey(u.q, input);
      looked = seen && { rows: seen.firstRuns };
      return lockFor(u, input, { sharing, opened: openedCommand });
    },
    dedupedRun: async (input) => dedupedIn(u, input, seen?.deduped ?? (await askForDeduped(u.q, input))),
    keepDedupeKey: ({ uid, key, runId }) => u.q.write(KEEP_DEDUPE_KEY, [uid, key, Number(runId), u.now]),
    async endCommand({ command, dedupeKey }, before) {
      const { job, uid } = before;
      // Whoever looks at an older state of the database must not take this room as well: a changed row tells
      // them (SQLSTATE 40001). Where runs may overlap there is none to be taken.
      const takesRoom = command.kind === 'trigger' && !isFreeTrigger(job, command);
      if (takesRoom) saveJob(u, { ...lockedJob(u, uid) });
      // The key is written with the id of its run, after it.
      const claimed = await writeUnit(u, claimant && { ...claimant, commits: dedupeKey === undefined });
      if (claimed !== undefined && openedCommand !== undefined && isPlainTrigger(job, command))
        rememberTriggered(u, before, openedCommand);
      return claimed;
    },
    writeAudit: (audit, target) => writeAudit(u, audit, target),

    newUids: async (count) => uids ?? nextIds(u.q, count),
    insertJobs: (jobs, how) => (isCallers ? insertNewJobsOneByOne(u, jobs) : insertNewJobs(u, jobs, how)),
    async uidsOf(ids) {
      const rows = await u.q.arrays(UIDS_OF, [ids]);
      return new Map(rows.map((row) => rowOf<[string, number]>(row)));
    },

    async lockRun(runId) {
      const live = await findLiveRun(u.q, runKeyOf(runId));
      if (live !== undefined) {
        await requireJob(u, Number(live.jobUid));
        const locked = await lockLiveRun(u, runKeyOf(runId));
        if (locked !== undefined) return locked;
      }
      // It may have ended while this waited for its job; one that was committed since is not locked.
      const run = await findRun(u.q, runId);
      return run !== undefined && isLiveRun(run) ? undefined : run;
    },
    findRun: (runId) => findRun(u.q, runId),
    makeRunDue: (runId) => makeRunDue(u, runId),
    ...pruneTables(u),
  };
}

const CLAIMED_BY_GONE = `SELECT id, fence FROM greenvue_jobs.live_runs WHERE node IS NOT NULL AND node <> $1
  AND NOT EXISTS (SELECT FROM greenvue_jobs.nodes WHERE nodes.id = live_runs.node)`;
const CLAIMED_BY = 'SELECT id, fence FROM greenvue_jobs.live_runs WHERE node = $1';
/** But for those with a payload of their own that wait for a still newer version. */
const RETYPE_LIVE = `UPDATE greenvue_jobs.live_runs SET type_key = $1 WHERE job_uid = $2 AND (payload IS NULL
  OR NOT EXISTS (SELECT FROM greenvue_jobs.job_types WHERE key = live_runs.type_key AND version > $3))`;
const UIDS_OF = 'SELECT id, uid FROM greenvue_jobs.jobs WHERE id = ANY($1::text[]) AND deleted_at IS NULL';
