import type { TypeVersions } from '../../core/nodes/membership.ts';
import { isSuspect } from '../../core/rules/suspects.ts';
import type { ClaimedRun, ClaimInput } from '../../core/store/store-passes.ts';
import { claimedRunOf, indexOfJob, takeOf } from '../../core/transactions/claim.ts';
import type { ClaimRoom, JobIndexes, SeenWaiting } from '../../core/transactions/tables.ts';
import { changeRun, type LiveRow, type MemoryDatabase, nextId, requireJob } from './database.ts';

/** What waits for a claim of these types, earliest due first. */
function waitingFor(
  db: MemoryDatabase,
  types: TypeVersions,
): Readonly<Record<ClaimRoom['which'], readonly LiveRow[]>> {
  const waiting = [...db.live.values()]
    .filter(({ run, typeVersion }) => {
      const { job } = requireJob(db, Number(run.jobUid));
      return run.held === 'no' && run.claim === undefined && (types[job.type] ?? 0) >= typeVersion;
    })
    .sort(({ run: a }, { run: b }) => a.availableAt - b.availableAt || Number(a.id) - Number(b.id));
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
  return {
    at,
    runAt: firstAt(due),
    slotAt: firstAt(slots),
    suspects: { dueAt: firstAt(suspect), isOneClaimed },
  };
}

export function takeRuns(
  db: MemoryDatabase,
  { node, types }: ClaimInput,
  { which, places, prefetch, ahead = { ms: 0, runs: 0 } }: ClaimRoom,
  { jobs, now }: { readonly jobs: JobIndexes; readonly now: number },
): ClaimedRun[] {
  const waiting = waitingFor(db, types)[which];
  const within = (after: number, by: number) =>
    waiting.filter(({ run }) => run.availableAt > after && run.availableAt <= by);
  const due = within(Number.NEGATIVE_INFINITY, now).slice(0, places + prefetch);
  const coming = within(now, now + ahead.ms).slice(0, ahead.runs);
  return takeOf({ due, coming }, places).map(({ row: { run }, started }) => {
    const fence = nextId(db);
    const start = started ? ({ status: 'running', startedAt: now } as const) : {};
    changeRun(db, run.id, (row) => ({ ...row, run: { ...run, ...start, claim: { node, fence } } }));
    const job = indexOfJob(jobs, Number(run.jobUid));
    return claimedRunOf(run, { job, fence, started, hasPriority: which === 'slots' });
  });
}
