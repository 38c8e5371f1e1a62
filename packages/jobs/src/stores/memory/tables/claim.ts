import type { TypeVersions } from '../../../core/nodes/membership.ts';
import { startOrder } from '../../../core/rules/start-order.ts';
import { isSuspect } from '../../../core/rules/suspects.ts';
import { claimedRunOf, indexOfJob, takeOf } from '../../../core/transactions/claim.ts';
import type { SeenWaiting, Tables } from '../../../core/transactions/tables/tables.ts';
import { byDue, type LiveRow, lock, type MemoryDatabase, type MemoryUnit } from '../memory-database.ts';

export function claimTables(u: MemoryUnit) {
  const { db } = u;
  const { now } = u.unit;
  return {
    lockClaims: (claims) =>
      claims.map(({ runId, fence }) => {
        const run = db.findLive(runId);
        if (run?.claim?.fence !== fence) return 'stale';
        lock(u, db.requireJob(run.jobUid));
        return run;
      }),
    claimsOf: (whose) =>
      [...db.live.values()].flatMap(({ run: { id, claim: claimed } }) => {
        if (claimed === undefined) return [];
        const isMeant =
          'node' in whose
            ? claimed.node === whose.node
            : claimed.node !== whose.deadExcept && db.isDead(claimed.node);
        return isMeant ? [{ runId: id, fence: claimed.fence }] : [];
      }),
    openClaim: ({ types }) => seeWaiting(db, types, now),
    takeRuns({ node, types }, { which, places, prefetch, ahead = { ms: 0, runs: 0 } }, jobs) {
      const waiting = waitingFor(db, types)[which];
      const within = (after: number, by: number) =>
        waiting.filter(({ run }) => run.availableAt > after && run.availableAt <= by);
      const orderIn = (row: LiveRow) => (which === 'suspect' ? row.run.availableAt : orderOf(db, row));
      const due = within(Number.NEGATIVE_INFINITY, now)
        .sort((a, b) => orderIn(a) - orderIn(b) || Number(a.run.id) - Number(b.run.id))
        .slice(0, places + prefetch);
      const coming = within(now, now + ahead.ms).slice(0, ahead.runs);
      return takeOf({ due, coming }, places).map(({ row: { run }, started }) => {
        const fence = db.nextId();
        const start = started ? ({ status: 'running', startedAt: now } as const) : {};
        db.changeRun(run.id, { ...start, claim: { node, fence } });
        const job = indexOfJob(jobs, Number(run.jobUid));
        return claimedRunOf(run, { job, fence, started, hasPriority: which === 'slots' });
      });
    },
    endClaim: ({ types }, uids) => ({
      jobs: uids.map((uid) => db.requireJob(uid).job),
      seen: seeWaiting(db, types, now),
    }),
  } satisfies Partial<Tables>;
}

function orderOf(db: MemoryDatabase, { run }: LiveRow): number {
  return startOrder(run.availableAt, db.requireJob(run.jobUid).job.priority);
}

/** The start order of the first due run that is in no group. */
export function firstStart(db: MemoryDatabase, types: TypeVersions, now: number): number | undefined {
  const due = waitingFor(db, types).due.filter(({ run }) => run.availableAt <= now);
  return due.length === 0 ? undefined : Math.min(...due.map((row) => orderOf(db, row)));
}

/** Unclaimed runs of these types, earliest due first. */
function waitingFor(db: MemoryDatabase, types: TypeVersions) {
  const waiting = [...db.live.values()]
    .filter(({ run, typeVersion, groupKey }) => {
      const { job } = db.requireJob(run.jobUid);
      return (
        groupKey === undefined &&
        run.held === 'no' &&
        run.claim === undefined &&
        (types[job.type] ?? 0) >= typeVersion
      );
    })
    .sort((a, b) => byDue(a.run, b.run));
  const due = waiting.filter(({ run }) => !isSuspect(run));
  return {
    suspect: waiting.filter(({ run }) => isSuspect(run)),
    slots: due.filter((row) => row.slotHasWaited),
    due,
  };
}

export function seeWaiting(db: MemoryDatabase, types: TypeVersions, at: number): SeenWaiting {
  const { due, slots, suspect } = waitingFor(db, types);
  const isOneClaimed = [...db.live.values()].some(({ run }) => isSuspect(run) && run.claim !== undefined);
  const firstAt = ([first]: readonly LiveRow[]) => first?.run.availableAt;
  const suspects = { dueAt: firstAt(suspect), isOneClaimed };
  return { at, runAt: firstAt(due), slotAt: firstAt(slots), suspects };
}
