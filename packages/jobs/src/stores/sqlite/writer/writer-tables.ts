import { queuedOf } from '../../../core/rules/decision.ts';
import { skippedOf } from '../../../core/rules/settle.ts';
import { DEDUPE_MS } from '../../../core/store/store-commands.ts';
import { writeAndClaim } from '../../../core/transactions/claim-planned.ts';
import { answerFrom, runScript, type Script } from '../../../core/transactions/script.ts';
import type { StoredJob } from '../../../core/transactions/stored-job.ts';
import type { ClaimKey, Tables } from '../../../core/transactions/tables.ts';
import { createUnitOfWork, type UnitOfWork, withClaim } from '../../../core/transactions/unit-of-work.ts';
import { numbersIn } from '../../rows/first-column.ts';
import { keptRunOf, LIVE_COLUMNS } from '../../rows/run-row.ts';
import { keepClaimed, seeWaiting, takeRuns } from '../claims/claim.ts';
import { earliestOf, merged } from '../claims/runs-by-type.ts';
import { type KeyedRun, keyed, keysOf, liveRunOf, rowOf } from '../rows/run-rows.ts';
import { appendLogs, findFinishedRun, insertFinishedRun } from './history.ts';
import {
  deleteLiveRuns,
  findLiveRun,
  insertLiveRun,
  liveRunsOf,
  liveRunTables,
  putBack,
} from './live-runs.ts';
import { pruneTables } from './prune.ts';
import type { CurrentUnit, Writer } from './writer.ts';

/** Runs one transaction of `core` at a time; the caller commits. */
export type Run = <T>(now: number, transaction: (unit: UnitOfWork) => Script<T>) => T;

/** The tables are created once for all transactions: creating them for each would cost 2 µs. */
export function createRunner(w: Writer): Run {
  const current: CurrentUnit = { unit: createUnitOfWork(0) };
  const answer = answerFrom(createTables(w, current));
  return (now, transaction) => {
    const unit = createUnitOfWork(now);
    current.unit = unit;
    return runScript(transaction(unit), answer);
  };
}

/** The only writing connection needs no locks. */
function createTables(w: Writer, current: CurrentUnit): Tables {
  const lock = (uid: number) => lockByUid(w, current, uid);
  const tables: Tables = {
    ...claimTables(w, current),
    ...planTables(w, current),
    ...jobTables(w, current),
    ...liveRunTables(w, current),
    ...pruneTables(w, current, lock),
    write() {
      writeRuns(w, current.unit);
      tables.writeJobs();
    },
    writeJobs() {
      for (const [uid, before] of current.unit.unsaved) w.jobs.save(before, lock(uid));
      current.unit.unsaved.clear();
    },
    endCommand({ claim: toClaim, command }) {
      if (toClaim === undefined) return void tables.write();
      // Other commands may also change which runs are due.
      const waiting = command.kind === 'trigger' ? seeWaiting(w, toClaim.types, current.unit.now) : undefined;
      return runScript(writeAndClaim(current.unit, toClaim, waiting), answerFrom(tables))();
    },
  };
  return tables;
}

function claimTables(w: Writer, current: CurrentUnit) {
  const now = () => current.unit.now;
  return {
    lockClaims: (claims) =>
      claims.map((key) => {
        const run = claimedRun(w, key);
        if (run === undefined) return 'stale';
        lockByUid(w, current, run.jobUid);
        return run.run;
      }),
    claimsOf(whose) {
      const sql = 'node' in whose ? CLAIMED_BY : CLAIMED_BY_OTHERS;
      const node = w.nodes.keyOf('node' in whose ? whose.node : whose.deadExcept, now());
      return w.db.arrays(sql).all(node).map(claimKeyOf);
    },
    openClaim: ({ types }) => seeWaiting(w, types, now()),
    takeRuns: (input, room, jobs) => takeRuns(w, input, room, { jobs, now: now() }),
    endClaim: ({ types }, uids) => ({
      jobs: uids.map((uid) => w.jobs.require(uid).job),
      seen: seeWaiting(w, types, now()),
    }),
    endRuns(ends) {
      for (const run of ends.finished) insertFinishedRun(w, run, now());
      deleteLiveRuns(w, ends.finished);
      for (const one of ends.putBack) putBack(w, one);
    },
    appendLogs(logs) {
      for (const { runId, lines } of logs) appendLogs(w, Number(runId), lines);
    },
  } satisfies Partial<Tables>;
}

function planTables(w: Writer, current: CurrentUnit) {
  const now = () => current.unit.now;
  return {
    lockDue({ types, limit, aheadMs = 0, claim: toClaim }) {
      const keys = w.types.knownTo(types);
      const jobs = dueJobs(w, keys, now() + aheadMs, limit).map((uid) => lockByUid(w, current, uid));
      // Read on demand, because a plan may end early.
      const live = { get: (uid: number) => liveRunsOf(w, uid, now()) };
      if (toClaim === undefined || jobs.length === 0) return { jobs, live };
      return { jobs, live, waiting: seeWaiting(w, toClaim.types, now()) };
    },
    liveRuns: (uids, counts) => new Map(uids.map((uid) => [uid, liveRunsOf(w, uid, now(), counts)])),
    endPlan({ input: { types } }) {
      const nextWakeAt = earliestOf(w, EARLIEST_WAKE, w.types.knownTo(types));
      return nextWakeAt === undefined ? { now: now() } : { now: now(), nextWakeAt };
    },
  } satisfies Partial<Tables>;
}

function jobTables(w: Writer, current: CurrentUnit) {
  const now = () => current.unit.now;
  const findRun = (runId: string) => findLiveRun(w, Number(runId)) ?? findFinishedRun(w, Number(runId));
  const writeAudit: Tables['writeAudit'] = ({ actor, action, change }, target) =>
    w.db.write(WRITE_AUDIT, now(), actor, action, target, change);
  return {
    findRun,
    writeAudit,
    lockJob({ jobId }) {
      const stored = w.jobs.find(jobId);
      if (stored !== undefined) current.unit.jobs.set(stored.uid, stored);
      return { stored, isShared: false };
    },
    lockRun(runId) {
      const live = findLiveRun(w, Number(runId));
      if (live === undefined) return findFinishedRun(w, Number(runId));
      lockByUid(w, current, Number(live.jobUid));
      return live;
    },
    dedupedRun({ dedupeKey = '' }, uid) {
      const row = w.db.arrays(DEDUPED).get(uid, dedupeKey, now() - DEDUPE_MS);
      if (row === undefined) return undefined;
      const [runId, prunedRun] = rowOf<[number, string | null]>(row);
      return prunedRun === null ? findRun(String(runId)) : keptRunOf(prunedRun);
    },
    keepDedupeKey: ({ uid, key, runId }) => w.db.write(KEEP_DEDUPE_KEY, uid, key, Number(runId), now()),
    newUids: (count) => Array.from({ length: count }, () => w.ids.next(now())),
    insertJobs(jobs) {
      const created = new Set<number>();
      for (const { input, uid, job } of jobs) {
        if (w.jobs.find(job.id) !== undefined) continue;
        const typeKey = w.types.keyOf(job.type, job.typeVersion);
        w.jobs.insert({ job, uid, typeKey, finishedCount: 0, skippedCount: 0 });
        if (input.audit !== undefined) writeAudit(input.audit, job.id);
        created.add(uid);
      }
      return created;
    },
    uidsOf: (ids) =>
      new Map(
        ids.flatMap((id) => {
          const stored = w.jobs.find(id);
          return stored === undefined ? [] : [[id, stored.uid] as const];
        }),
      ),
  } satisfies Partial<Tables>;
}

function lockByUid(w: Writer, { unit: { jobs } }: CurrentUnit, uid: number): StoredJob {
  const known = jobs.get(uid);
  if (known !== undefined) return known;
  const stored = w.jobs.require(uid);
  jobs.set(uid, stored);
  return stored;
}

/** From memory if the run has not been written since its claim. */
function claimedRun(w: Writer, { runId, fence }: ClaimKey): KeyedRun | undefined {
  const known = w.claimed.get(Number(runId));
  if (known !== undefined) return known.run.claim?.fence === fence ? known : undefined;
  const row = w.db.arrays(READ_CLAIMED).get(Number(runId), fence);
  return row === undefined ? undefined : keyed(row, liveRunOf(row, w.nodes.nameOf));
}

/** Writes new runs. A slot with a live run gets no second one (P5, one run per slot). */
function writeRuns(w: Writer, unit: UnitOfWork): void {
  const { now } = unit;
  for (const one of unit.toMake.splice(0)) {
    const { job, uid, typeKey } = one.job;
    const made = { id: String(w.ids.next(now)), jobUid: job.uid, now };
    if (one.kind === 'skip') {
      const skipped = skippedOf(one.skip, made);
      insertFinishedRun(w, skipped, now);
      unit.finished.push(skipped);
      continue;
    }
    const run = withClaim(queuedOf(one.run, made), one, one.claim && w.ids.next(now));
    const { typeVersion } = one.run;
    const key = typeVersion === undefined ? typeKey : w.types.keyOf(job.type, typeVersion);
    if (!insertLiveRun(w, run, key)) continue;
    if (run.claim !== undefined) keepClaimed(w, { ...keysOf(run), run });
    if (job.overlap === 'allow') w.liveRunCap.countRun(uid);
    unit.queued.push(run);
  }
}

function claimKeyOf(row: unknown): ClaimKey {
  const [runId, fence] = rowOf<[number, number]>(row);
  return { runId, fence };
}

function dueJobs(w: Writer, keys: readonly number[], by: number, limit: number): number[] {
  if (keys.length === 0) return [];
  const params = keys.flatMap((key) => [key, by]);
  return numbersIn(w.db.arrays(merged(DUE_JOBS, keys.length, 'wake_at, uid')).all(...params, limit));
}

const READ_CLAIMED = `SELECT ${LIVE_COLUMNS} FROM live_runs WHERE id = ? AND fence = ?`;
const CLAIMED_BY_OTHERS = 'SELECT id, fence FROM live_runs WHERE node IS NOT NULL AND node <> ?';
const CLAIMED_BY = 'SELECT id, fence FROM live_runs WHERE node = ?';
const DUE_JOBS = 'SELECT uid, wake_at FROM jobs WHERE wake_at IS NOT NULL AND type_key = ? AND wake_at <= ?';
const EARLIEST_WAKE = `SELECT wake_at FROM jobs
  WHERE wake_at IS NOT NULL AND type_key = ? ORDER BY wake_at LIMIT 1`;
const DEDUPED = 'SELECT run_id, pruned_run FROM dedupe_keys WHERE job_uid = ? AND key = ? AND at > ?';
const KEEP_DEDUPE_KEY = `INSERT INTO dedupe_keys (job_uid, key, run_id, at) VALUES (?, ?, ?, ?)
  ON CONFLICT (job_uid, key) DO UPDATE SET run_id = excluded.run_id, at = excluded.at, pruned_run = NULL`;
const WRITE_AUDIT = 'INSERT INTO audit (at, actor, action, target, change) VALUES (?, ?, ?, ?, ?)';
