import { cancelOf } from '../../../core/commands/cancel.ts';
import { type Job, type LiveRuns, NO_LIVE_RUNS } from '../../../core/model/job.ts';
import type { LiveRun } from '../../../core/model/run.ts';
import type { Mutable } from '../../../core/objects.ts';
import type { Move } from '../../../core/rules/decision.ts';
import { LOOK_AHEAD_MS } from '../../../core/rules/slots.ts';
import type { LiveRunCounts, Tables } from '../../../core/transactions/tables/tables.ts';
import { byDue, type LiveRow, type MemoryUnit } from '../memory-database.ts';
import { lookOf, regroupRun, wakeGroup } from './limit-tables.ts';

export function liveRunTables(u: MemoryUnit) {
  const { db } = u;
  const { now } = u.unit;
  const waitingOf = (uid: number) => db.liveRunsOf(uid).filter(({ claim }) => claim === undefined);
  const wake = (id: string) => {
    const { run, groupKey } = db.requireLive(id);
    wakeGroup(db, groupKey, lookOf(run, db.requireJob(run.jobUid).job));
  };
  const requeue = (id: string, job: Job) => {
    const { typeVersion } = job;
    const row = db.requireLive(id);
    if (row.run.payload === undefined || row.typeVersion <= typeVersion)
      regroupRun(u, { row: { ...row, typeVersion }, job, value: valueAtClaim(u, row) });
  };
  return {
    liveRuns: (uids, counts) => new Map(uids.map((uid) => [uid, liveRunsOf(u, uid, counts)])),
    lockLiveRuns: (uid, { ownRuns }) => db.liveRunsOf(uid).filter(({ held }) => ownRuns || held !== 'run_at'),
    makeAllDue(uid, after) {
      const late = waitingOf(uid).filter((run) => run.held !== 'run_at' && run.availableAt > after);
      for (const { id } of late) {
        db.changeRun(id, { availableAt: now });
        wake(id);
      }
      return late.filter(({ held }) => held === 'no').length;
    },
    moveRuns(uid, move) {
      // Runs with the first state in `from` sort first.
      const rank = ({ held }: LiveRun) => move.from.indexOf(held);
      const moved = waitingOf(uid)
        .filter((run) => isMoved(run, move))
        .sort((a, b) => rank(a) - rank(b) || byDue(a, b))
        .slice(0, move.limit);
      for (const { id, ...run } of moved) {
        const availableAt = Math.max(run.availableAt, move.dueFrom ?? run.availableAt);
        db.changeRun(id, { held: move.to, availableAt });
        if (move.to === 'no') wake(id);
      }
      return move.to === 'no' ? moved.filter(({ availableAt }) => availableAt <= now).length : 0;
    },
    requeueRuns(uid, job) {
      for (const { id } of db.liveRunsOf(uid)) requeue(id, job);
      return 0;
    },
    requeueRun: requeue,
    requestCancels(runs, asked) {
      const running = runs.filter(({ id }) => db.findLive(id)?.cancel === undefined);
      for (const run of running) db.changeRun(run.id, cancelOf(run, asked));
      return running.map(({ id }) => id);
    },
    writeReports: (batch) =>
      batch.map(({ runId, fence, startedAt, progress, zombieSince }) => {
        const run = db.findLive(runId);
        if (run?.claim?.fence !== fence) return undefined;
        const changes: Partial<Mutable<LiveRun>> = {};
        if (startedAt !== undefined) Object.assign(changes, { status: 'running', startedAt });
        if (progress !== undefined) changes.progress = progress;
        if (zombieSince !== undefined) changes.zombieSince = zombieSince;
        db.changeRun(run.id, changes);
        return { isToStop: run.cancel !== undefined };
      }),
    makeRunDue(runId) {
      const run = db.findLive(runId);
      if (run === undefined || run.claim !== undefined || (run.held !== 'no' && run.held !== 'overlap'))
        return false;
      // Except a run that was planned a moment before its slot.
      if (run.availableAt <= now + (run.failures === 0 ? LOOK_AHEAD_MS : 0)) return false;
      db.changeRun(run.id, { availableAt: now });
      return true;
    },
  } satisfies Partial<Tables>;
}

/** The value whose group a claimed run is in: it runs with the payload that the job had at its claim. */
function valueAtClaim({ db }: MemoryUnit, { run, groupKey }: LiveRow): string | undefined {
  return run.claim === undefined || groupKey === undefined ? undefined : db.limitKeys.get(groupKey)?.value;
}

export function liveRunsOf(
  { db, limits, unit: { now } }: MemoryUnit,
  uid: number,
  counts: LiveRunCounts = {},
): LiveRuns {
  const runs = db.liveRunsOf(uid);
  if (runs.length === 0) return NO_LIVE_RUNS;
  const putOff = runs.filter(({ held }) => held === 'run_at');
  const toCome = putOff.map(({ availableAt }) => availableAt).filter((at) => at > now);
  const count = (held: LiveRun['held']) => runs.filter((run) => run.held === held).length;
  const isBounded = (counts.upTo ?? db.requireJob(String(uid)).job.maxRunning) !== undefined;
  return {
    active: count('no'),
    waiting: count('overlap'),
    paused: count('pause'),
    claimed: counts.claimed === true || isBounded ? runs.filter((run) => run.claim !== undefined).length : 0,
    dueOwnRuns: putOff.length - toCome.length,
    ...(isBounded ? waitingOf(runs, now) : {}),
    isAtCap: runs.length >= limits.maxLiveRuns,
    ...(counts.putOff === true ? { isPutOffFull: putOff.length >= limits.maxRunsPutOff } : {}),
    ...(toCome.length === 0 ? {} : { nextOwnRunAt: toCome.reduce((a, b) => Math.min(a, b)) }),
  };
}

/** The runs that wait for room, or for their retry. */
function waitingOf(runs: readonly LiveRun[], now: number): Pick<LiveRuns, 'dueWaiting' | 'nextWaitingAt'> {
  const times = runs.flatMap(({ held, availableAt }) => (held === 'overlap' ? [availableAt] : []));
  const toCome = times.filter((at) => at > now);
  const dueWaiting = times.length - toCome.length;
  return toCome.length === 0 ? { dueWaiting } : { dueWaiting, nextWaitingAt: Math.min(...toCome) };
}

function isMoved({ held, availableAt, trigger, queuedAt }: LiveRun, { from, dueBy, asked }: Move): boolean {
  if (!from.includes(held) || availableAt > (dueBy ?? Number.POSITIVE_INFINITY)) return false;
  if (asked === undefined) return true;
  if ('since' in asked) return trigger === 'manual' && queuedAt >= asked.since;
  return trigger !== 'manual' || queuedAt < asked.before;
}
