import { definitionOf } from '../../../core/model/job.ts';
import type { FinishedRun, LiveRun } from '../../../core/model/run.ts';
import { without } from '../../../core/objects.ts';
import { queuedOf } from '../../../core/rules/decision.ts';
import { skippedOf } from '../../../core/rules/settle.ts';
import { DEDUPE_MS } from '../../../core/store/store-commands.ts';
import { writeAndClaim } from '../../../core/transactions/claim-planned.ts';
import { WITHOUT_COMPLETIONS } from '../../../core/transactions/completions/completion-tables.ts';
import { answerFrom, runScript, type Script } from '../../../core/transactions/script.ts';
import type { StoredJob } from '../../../core/transactions/stored-job.ts';
import { MAX_JOB_VERSIONS, type Tables } from '../../../core/transactions/tables/tables.ts';
import { createUnitOfWork, type UnitOfWork, withClaim } from '../../../core/transactions/unit-of-work.ts';
import { newestLines } from '../../rows/runs/log-lines.ts';
import { lock, type MemoryDatabase, type MemoryUnit } from '../memory-database.ts';
import { alertTables } from './alert-tables.ts';
import { backfillTables } from './backfill-tables.ts';
import { bulkTables } from './bulk-commands.ts';
import { calendarTables } from './calendar-tables.ts';
import { checkpointTables } from './checkpoint-tables.ts';
import { claimTables, seeWaiting } from './claim.ts';
import { groupKeyOf, limitsIn, limitTables, lookOf, wakeGroup } from './limit-tables.ts';
import { liveRunsOf, liveRunTables } from './live-run-tables.ts';
import { pruneTables } from './prune.ts';
import { secretTables } from './secret-tables.ts';
import { followersOf, upstreamTables } from './upstream-tables.ts';

/** A transaction of `core`. */
export type Transaction<T> = (unit: UnitOfWork) => Script<T>;

export function runOn<T>(on: Omit<MemoryUnit, 'unit'>, now: number, transaction: Transaction<T>): T {
  const unit = createUnitOfWork(now, limitsIn(on.db));
  return runScript(transaction(unit), answerFrom(createTables({ ...on, unit })));
}

function createTables(u: MemoryUnit): Tables {
  const { db, unit } = u;
  const tables: Tables = {
    ...claimTables(u),
    ...planTables(u),
    ...jobTables(u),
    ...liveRunTables(u),
    ...writeTables(u),
    ...pruneTables(u),
    ...alertTables(u),
    ...secretTables(u),
    ...upstreamTables(u),
    ...checkpointTables(u),
    ...WITHOUT_COMPLETIONS,
    ...calendarTables(u),
    ...limitTables(u),
    ...backfillTables(u),
    ...bulkTables(db),
    write() {
      writeRuns(u);
      tables.writeJobs();
    },
    endCommand({ claim: toClaim, command }) {
      if (toClaim === undefined) return void tables.write();
      const waiting = command.kind === 'trigger' ? seeWaiting(db, toClaim.types, unit.now) : undefined;
      return runScript(writeAndClaim(unit, toClaim, waiting), answerFrom(tables))();
    },
  };
  return tables;
}

function planTables(u: MemoryUnit) {
  const { db } = u;
  const { now } = u.unit;
  return {
    lockDue({ types, limit, aheadMs = 0, claim: toClaim }) {
      const wakeAtOf = ({ job: { wakeAt = Number.POSITIVE_INFINITY } }: StoredJob) => wakeAt;
      const jobs = plannable(db, types)
        .filter((stored) => wakeAtOf(stored) <= now + aheadMs)
        .sort((a, b) => wakeAtOf(a) - wakeAtOf(b) || a.uid - b.uid)
        .slice(0, limit)
        .map((stored) => lock(u, stored));
      const live = new Map(jobs.map(({ uid }) => [uid, liveRunsOf(u, uid)]));
      return { jobs, live, waiting: toClaim && seeWaiting(db, toClaim.types, now) };
    },
    endPlan({ input: { types } }) {
      const wakes = plannable(db, types).flatMap(({ job: { wakeAt = [] } }) => wakeAt);
      return wakes.length === 0 ? { now } : { now, nextWakeAt: wakes.reduce((a, b) => Math.min(a, b)) };
    },
  } satisfies Partial<Tables>;
}

function jobTables(u: MemoryUnit) {
  const { db } = u;
  const { now } = u.unit;
  const writeAudit: Tables['writeAudit'] = (audit, target) =>
    void db.audit.push({ ...audit, target, at: now, id: String(db.nextId()) });
  return {
    writeAudit,
    lockJob({ jobId }) {
      const stored = db.findJob(jobId);
      return { stored: stored && lock(u, stored), isShared: false };
    },
    dedupedRun({ dedupeKey = '' }, uid) {
      const row = db.dedupeKeys.get(`${uid} ${dedupeKey}`);
      if (row === undefined || row.at <= now - DEDUPE_MS) return undefined;
      return row.pruned ?? db.findRun(String(row.runId));
    },
    keepDedupeKey({ uid, key, runId }) {
      db.dedupeKeys.set(`${uid} ${key}`, { uid, key, runId: Number(runId), at: now });
    },
    keepVersion({ uid, job, by }) {
      const { version, updatedAt: madeAt } = job;
      const replaced = { version, definition: definitionOf(job), madeAt, replacedAt: now };
      db.versions.set(`${uid} ${version}`, {
        uid,
        ...replaced,
        ...(by === undefined ? {} : { replacedBy: by }),
      });
      for (const { id, claim, jobVersion = version } of db.liveRunsOf(uid))
        if (claim !== undefined) db.changeRun(id, { jobVersion });
      const used = new Set(
        [...db.runs.values(), ...db.liveRunsOf(uid)].map((run) => `${run.jobUid} ${run.jobVersion}`),
      );
      for (const [key, old] of db.versions)
        if (old.uid === uid && old.version <= version - MAX_JOB_VERSIONS && !used.has(key))
          db.versions.delete(key);
    },
    readPauseOfAll: () => db.pauseOfAll,
    writePauseOfAll(pause) {
      db.pauseOfAll = pause;
    },
    newUids: (count) => Array.from({ length: count }, () => db.nextId()),
    insertJobs(jobs) {
      const created = new Set<number>();
      for (const { input, uid, job } of jobs) {
        if (db.findJob(job.id) !== undefined) continue;
        const followed = followersOf(db, job.id).length === 0 ? {} : ({ isFollowed: true } as const);
        db.putJob({ job: { ...job, ...followed }, uid, typeKey: 0, finishedCount: 0, skippedCount: 0 });
        if (input.audit !== undefined) writeAudit(input.audit, job.id);
        created.add(uid);
      }
      return created;
    },
    countJobsBy: (by, upTo) =>
      Math.min(
        upTo,
        [...db.jobs.values()].filter(({ job, deletedAt }) => job.createdBy === by && deletedAt === undefined)
          .length,
      ),
    uidsOf(ids) {
      const found = ids.map((id) => db.findJob(id)).filter((stored) => stored !== undefined);
      return new Map(found.map(({ job, uid }) => [job.id, uid]));
    },
    declaredJobs: (ids) =>
      [...db.jobs.values()]
        .filter(
          ({ job, deletedAt }) =>
            deletedAt === undefined && (job.declaration !== undefined || ids.includes(job.id)),
        )
        .sort((a, b) => a.uid - b.uid),
    lockFreeJobs: (uids) => uids.map((uid) => lock(u, db.requireJob(String(uid)))),
    lockRun(runId) {
      const run = db.findRun(runId);
      if (run !== undefined) lock(u, db.requireJob(run.jobUid));
      return run;
    },
    findRun: (runId) => db.findRun(runId),
  } satisfies Partial<Tables>;
}

function writeTables({ db, unit }: MemoryUnit) {
  return {
    endRuns({ finished, putBack }) {
      for (const run of finished) {
        if (!db.live.delete(Number(run.id))) throw new Error(`run ${run.id} is not live`);
        db.addFinished(run);
      }
      for (const { runId, to, progress } of putBack) {
        const row = db.requireLive(runId);
        const { claim: _, startedAt: __, cancel: ___, zombieSince: ____, ...others } = row.run;
        const rest = without(others, 'cancelledBy', 'jobVersion', 'expiresAt');
        const back: LiveRun = { ...rest, ...without(to, 'kind'), status: 'queued' };
        const run = progress === undefined ? back : { ...back, progress };
        db.putLive({ ...row, slotHasWaited: run.scheduledFor !== undefined, run });
      }
    },
    appendLogs(logs) {
      for (const { runId, lines } of logs) {
        const id = Number(runId);
        const kept = newestLines([...(db.logs.get(id) ?? []), ...newestLines(lines)]);
        const rows = kept.map(({ bytes: _, ...line }) => line);
        db.logs.set(id, rows);
      }
    },
    writeJobs() {
      for (const uid of unit.unsaved.keys()) {
        const stored = unit.jobs.get(uid);
        if (stored !== undefined) db.putJob(stored);
      }
      unit.unsaved.clear();
    },
  } satisfies Partial<Tables>;
}

function plannable(db: MemoryDatabase, types: Readonly<Record<string, number>>): readonly StoredJob[] {
  return [...db.jobs.values()].filter(({ job }) => (types[job.type] ?? 0) >= job.typeVersion);
}

/** Keeps the run whose end made a run in a table of its own. */
function withLinkApart<R extends LiveRun | FinishedRun>(db: MemoryDatabase, run: R): Omit<R, 'triggeredBy'> {
  if (run.triggeredBy === undefined) return run;
  db.chainedRuns.set(run.id, run.triggeredBy);
  return without(run, 'triggeredBy');
}

/** Writes new runs. A slot with a live run gets no second one (P5, one run per slot). */
function writeRuns(u: MemoryUnit): void {
  const { db, unit } = u;
  for (const one of unit.toMake.splice(0)) {
    const { job, uid } = one.job;
    const made = { id: String(db.nextId()), jobUid: job.uid, now: unit.now };
    if (one.kind === 'skip') {
      const skipped = skippedOf(one.skip, made);
      db.addFinished(withLinkApart(db, skipped));
      unit.finished.push(skipped);
      continue;
    }
    const run = withClaim(queuedOf(one.run, made), one, one.claim && db.nextId());
    const isSameSlot = ({ scheduledFor }: LiveRun) => scheduledFor === run.scheduledFor;
    if (run.scheduledFor !== undefined && db.liveRunsOf(uid).some(isSameSlot)) continue;
    const slotHasWaited = run.trigger === 'schedule' && run.claim === undefined;
    const typeVersion = one.run.typeVersion ?? job.typeVersion;
    const payload = run.payload ?? job.payload;
    const groupKey = groupKeyOf(u, { type: job.type, version: typeVersion, payload });
    const inGroup = groupKey === undefined ? {} : { groupKey };
    db.putLive({ run: withLinkApart(db, run), typeVersion, slotHasWaited, ...inGroup });
    wakeGroup(db, groupKey, lookOf(run, job));
    unit.queued.push(run);
  }
}
