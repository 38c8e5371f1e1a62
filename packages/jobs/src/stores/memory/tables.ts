import { type LiveRuns, NO_LIVE_RUNS } from '../../core/model/job.ts';
import type { LiveRun } from '../../core/model/run.ts';
import type { Mutable } from '../../core/objects.ts';
import { type Move, queuedOf } from '../../core/rules/decision.ts';
import { skippedOf } from '../../core/rules/settle.ts';
import { LOOK_AHEAD_MS } from '../../core/rules/slots.ts';
import { DEDUPE_MS } from '../../core/store/store-commands.ts';
import { writeAndClaim } from '../../core/transactions/claim-planned.ts';
import { answerFrom, runScript, type Script } from '../../core/transactions/script.ts';
import type { StoredJob } from '../../core/transactions/stored-job.ts';
import type { LiveRunCounts, PutBack, Tables } from '../../core/transactions/tables.ts';
import { createUnitOfWork, type UnitOfWork, withClaim } from '../../core/transactions/unit-of-work.ts';
import { newestLines } from '../rows/log-lines.ts';
import { seeWaiting, takeRuns } from './claim.ts';
import {
  addFinished,
  changeRun,
  findJob,
  findRun,
  liveRowsOf,
  type MemoryDatabase,
  nextId,
  putJob,
  requireJob,
} from './database.ts';
import { pruneTables } from './prune.ts';

/** What a job may have at most. */
export interface MemoryLimits {
  readonly maxLiveRuns: number;
  readonly maxRunsPutOff: number;
}

/** Runs a transaction of `core`. */
export function runOn<T>(
  db: MemoryDatabase,
  { now, limits }: { readonly now: number; readonly limits: MemoryLimits },
  transaction: (unit: UnitOfWork) => Script<T>,
): T {
  const unit = createUnitOfWork(now);
  return runScript(transaction(unit), answerFrom(createTables(db, unit, limits)));
}

function createTables(db: MemoryDatabase, unit: UnitOfWork, limits: MemoryLimits): Tables {
  const { now } = unit;
  const lock = (stored: StoredJob) => {
    if (!unit.jobs.has(stored.uid)) unit.jobs.set(stored.uid, stored);
    return stored;
  };
  const change = (run: LiveRun, changes: Partial<LiveRun>) =>
    changeRun(db, run.id, (row) => ({ ...row, run: { ...row.run, ...changes } }));
  const waitingOf = (uid: number) => liveRowsOf(db, uid).filter(({ run }) => run.claim === undefined);
  const tables: Tables = {
    lockClaims: (claims) =>
      claims.map(({ runId, fence }) => {
        const run = db.live.get(Number(runId))?.run;
        if (run?.claim?.fence !== fence) return 'stale';
        lock(requireJob(db, Number(run.jobUid)));
        return run;
      }),
    claimsOf: (whose) =>
      [...db.live.values()].flatMap(({ run: { id, claim: claimed } }) => {
        if (claimed === undefined) return [];
        const isMeant = 'node' in whose ? claimed.node === whose.node : claimed.node !== whose.goneBut;
        return isMeant ? [{ runId: id, fence: claimed.fence }] : [];
      }),
    openClaim: ({ types }) => seeWaiting(db, types, now),
    takeRuns: (input, room, jobs) => takeRuns(db, input, room, { jobs, now }),
    endClaim: ({ types }, uids) => ({
      jobs: uids.map((uid) => requireJob(db, uid).job),
      seen: seeWaiting(db, types, now),
    }),
    writeReports: (batch) =>
      batch.map(({ runId, fence, startedAt, progress, zombieSince }) => {
        const run = db.live.get(Number(runId))?.run;
        if (run?.claim?.fence !== fence) return undefined;
        const changes: Partial<Mutable<LiveRun>> = {};
        if (startedAt !== undefined) Object.assign(changes, { status: 'running', startedAt });
        if (progress !== undefined) changes.progress = progress;
        if (zombieSince !== undefined) changes.zombieSince = zombieSince;
        change(run, changes);
        return { isToStop: run.cancel !== undefined };
      }),

    liveRuns: (uids, counts) =>
      new Map(uids.map((uid) => [uid, liveRunsOf(db, uid, { now, limits, counts })])),
    lockLiveRuns: (uid, { ownRuns }) =>
      liveRowsOf(db, uid).flatMap(({ run }) => (ownRuns || run.held !== 'run_at' ? [run] : [])),
    makeAllDue(uid, after) {
      const late = waitingOf(uid).filter(({ run }) => run.held !== 'run_at' && run.availableAt > after);
      for (const { run } of late) change(run, { availableAt: now });
      return late.filter(({ run }) => run.held === 'no').length;
    },
    moveRuns(uid, move) {
      const moved = waitingOf(uid)
        .map(({ run }) => run)
        .filter((run) => isMoved(run, move))
        .sort(
          (a, b) =>
            rank(move, a) - rank(move, b) || a.availableAt - b.availableAt || Number(a.id) - Number(b.id),
        )
        .slice(0, move.limit);
      for (const run of moved) change(run, { held: move.to });
      return move.to === 'no' ? moved.filter(({ availableAt }) => availableAt <= now).length : 0;
    },
    retypeRuns(uid, { typeVersion }) {
      for (const { run } of liveRowsOf(db, uid))
        changeRun(db, run.id, (row) =>
          run.payload !== undefined && row.typeVersion > typeVersion ? row : { ...row, typeVersion },
        );
      return 0;
    },
    requestCancels(runs, reason) {
      const asked = runs.filter(({ id }) => db.live.get(Number(id))?.run.cancel === undefined);
      for (const run of asked) change(run, { cancel: reason });
      return asked.map(({ id }) => id);
    },
    endRuns({ finished, putBack }) {
      for (const run of finished) {
        if (!db.live.delete(Number(run.id))) throw new Error(`run ${run.id} is not live`);
        addFinished(db, run);
      }
      for (const one of putBack) putRunBack(db, one);
    },
    appendLogs(logs) {
      for (const { runId, lines } of logs) {
        const kept = newestLines([...(db.logs.get(Number(runId)) ?? []), ...newestLines(lines)]);
        db.logs.set(
          Number(runId),
          kept.map(({ bytes: _, ...line }) => line),
        );
      }
    },

    write() {
      writeRuns(db, unit);
      tables.writeJobs();
    },
    writeJobs() {
      for (const uid of unit.unsaved.keys()) {
        const stored = unit.jobs.get(uid);
        if (stored !== undefined) putJob(db, stored);
      }
      unit.unsaved.clear();
    },

    lockDue({ types, limit, aheadMs = 0, claim: toClaim }) {
      const wakeAtOf = ({ job: { wakeAt = Number.POSITIVE_INFINITY } }: StoredJob) => wakeAt;
      const jobs = plannable(db, types)
        .filter((stored) => wakeAtOf(stored) <= now + aheadMs)
        .sort((a, b) => wakeAtOf(a) - wakeAtOf(b) || a.uid - b.uid)
        .slice(0, limit)
        .map(lock);
      const live = tables.liveRuns(jobs.map(({ uid }) => uid));
      return { jobs, live, waiting: toClaim && seeWaiting(db, toClaim.types, now) };
    },
    endPlan({ input: { types } }) {
      const wakes = plannable(db, types).flatMap(({ job: { wakeAt = [] } }) => wakeAt);
      return wakes.length === 0 ? { now } : { now, nextWakeAt: wakes.reduce((a, b) => Math.min(a, b)) };
    },

    lockJob({ jobId }) {
      const stored = findJob(db, jobId);
      return { stored: stored && lock(stored), isShared: false };
    },
    dedupedRun({ dedupeKey = '' }, uid) {
      const row = db.dedupeKeys.get(`${uid} ${dedupeKey}`);
      if (row === undefined || row.at <= now - DEDUPE_MS) return undefined;
      return row.pruned ?? findRun(db, String(row.runId));
    },
    keepDedupeKey({ uid, key, runId }) {
      db.dedupeKeys.set(`${uid} ${key}`, { uid, key, runId: Number(runId), at: now });
    },
    endCommand({ claim: toClaim, command }) {
      if (toClaim === undefined) return void tables.write();
      const waiting = command.kind === 'trigger' ? seeWaiting(db, toClaim.types, now) : undefined;
      return runScript(writeAndClaim(unit, toClaim, waiting), answerFrom(tables))();
    },
    writeAudit(audit, target) {
      db.audit.push({ ...audit, target, at: now, id: String(nextId(db)) });
    },

    newUids: (count) => Array.from({ length: count }, () => nextId(db)),
    insertJobs(jobs) {
      const created = new Set<number>();
      for (const { input, uid, job } of jobs) {
        if (findJob(db, job.id) !== undefined) continue;
        putJob(db, { job, uid, typeKey: 0, finishedCount: 0, skippedCount: 0 });
        if (input.audit !== undefined) tables.writeAudit(input.audit, job.id);
        created.add(uid);
      }
      return created;
    },
    uidsOf: (ids) =>
      new Map(
        ids.flatMap((id) => {
          const stored = findJob(db, id);
          return stored === undefined ? [] : [[id, stored.uid] as const];
        }),
      ),

    lockRun(runId) {
      const run = findRun(db, runId);
      if (run !== undefined) lock(requireJob(db, Number(run.jobUid)));
      return run;
    },
    findRun: (runId) => findRun(db, runId),
    makeRunDue(runId) {
      const run = db.live.get(Number(runId))?.run;
      if (run === undefined || run.claim !== undefined || run.held !== 'no') return false;
      // But for one that was made a moment ahead of its slot.
      if (run.availableAt <= now + (run.failures === 0 ? LOOK_AHEAD_MS : 0)) return false;
      change(run, { availableAt: now });
      return true;
    },
    ...pruneTables(db, unit),
  };
  return tables;
}

function plannable(db: MemoryDatabase, types: Readonly<Record<string, number>>): readonly StoredJob[] {
  return [...db.jobs.values()].filter(({ job }) => (types[job.type] ?? 0) >= job.typeVersion);
}

function liveRunsOf(
  db: MemoryDatabase,
  uid: number,
  {
    now,
    limits,
    counts = {},
  }: { readonly now: number; readonly limits: MemoryLimits; readonly counts: LiveRunCounts | undefined },
): LiveRuns {
  const runs = liveRowsOf(db, uid).map(({ run }) => run);
  if (runs.length === 0) return NO_LIVE_RUNS;
  const putOff = runs.filter(({ held }) => held === 'run_at');
  const toCome = putOff.map(({ availableAt }) => availableAt).filter((at) => at > now);
  const count = (held: LiveRun['held']) => runs.filter((run) => run.held === held).length;
  return {
    active: count('no'),
    waiting: count('overlap'),
    paused: count('pause'),
    claimed: counts.claimed === true ? runs.filter((run) => run.claim !== undefined).length : 0,
    dueOwnRuns: putOff.length - toCome.length,
    isAtCap: runs.length >= limits.maxLiveRuns,
    ...(counts.putOff === true ? { isPutOffFull: putOff.length >= limits.maxRunsPutOff } : {}),
    ...(toCome.length === 0 ? {} : { nextOwnRunAt: toCome.reduce((a, b) => Math.min(a, b)) }),
  };
}

function isMoved({ held, availableAt, trigger, queuedAt }: LiveRun, { from, dueBy, asked }: Move): boolean {
  if (!from.includes(held) || availableAt > (dueBy ?? Number.POSITIVE_INFINITY)) return false;
  if (asked === undefined) return true;
  if ('since' in asked) return trigger === 'manual' && queuedAt >= asked.since;
  return trigger !== 'manual' || queuedAt < asked.before;
}

/** Runs that wait in the first way of `from` come first. */
function rank({ from }: Move, { held }: LiveRun): number {
  return from.indexOf(held);
}

function putRunBack(db: MemoryDatabase, { runId, to, progress }: PutBack): void {
  changeRun(db, runId, ({ typeVersion, run }) => {
    const { claim: _, startedAt: __, cancel: ___, zombieSince: ____, ...rest } = run;
    const { held, availableAt, failures, recoveries, errors } = to;
    const back: LiveRun = { ...rest, status: 'queued', held, availableAt, failures, recoveries, errors };
    return {
      typeVersion,
      slotHasWaited: run.scheduledFor !== undefined,
      run: progress === undefined ? back : { ...back, progress },
    };
  });
}

/** Writes what is to be made. A slot that has a live run already gets no other one (P5, one run per slot). */
function writeRuns(db: MemoryDatabase, unit: UnitOfWork): void {
  for (const one of unit.toMake.splice(0)) {
    const { job, uid } = one.job;
    const made = { id: String(nextId(db)), jobUid: job.uid, now: unit.now };
    if (one.kind === 'skip') {
      const skipped = skippedOf(one.skip, made);
      addFinished(db, skipped);
      unit.finished.push(skipped);
      continue;
    }
    const run = withClaim(queuedOf(one.run, made), one, one.claim && nextId(db));
    const isTaken = liveRowsOf(db, uid).some(
      (row) => run.scheduledFor !== undefined && row.run.scheduledFor === run.scheduledFor,
    );
    if (isTaken) continue;
    const slotHasWaited = run.trigger === 'schedule' && run.claim === undefined;
    db.live.set(Number(run.id), { run, typeVersion: one.run.typeVersion ?? job.typeVersion, slotHasWaited });
    unit.queued.push(run);
  }
}
