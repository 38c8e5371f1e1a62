import type { Job } from '../../core/model/job.ts';
import type { TypeVersions } from '../../core/nodes/membership.ts';
import { slotsHavePriority } from '../../core/nodes/share-out.ts';
import { isSuspect, nextSuspectAt, prefetchBeside } from '../../core/rules/suspects.ts';
import type { ClaimedRun, ClaimInput, ClaimResult } from '../../core/store/store-passes.ts';
import { claimedRunOf } from '../../core/transactions/claim-planned.ts';
import type { WaitingRuns } from '../../core/transactions/tables.ts';
import { type LiveRow, type MemoryDatabase, nextId, requireJob } from './database.ts';

/** What waits for a claim of these types, earliest due first. */
interface Waiting {
  /** Runs that are claimed in due order. */
  readonly free: readonly LiveRow[];
  readonly suspects: readonly LiveRow[];
  /** When a claim may take the next suspect, or has to look again. */
  readonly suspectAt: number | undefined;
}

function waitingFor(db: MemoryDatabase, types: TypeVersions, now: number): Waiting {
  const rows = [...db.live.values()];
  const waiting = rows
    .filter((row) => row.run.held === 'no' && row.run.claim === undefined && canClaim(db, types, row))
    .sort(byDue);
  const suspects = waiting.filter(({ run }) => isSuspect(run));
  const isOneClaimed = rows.some(({ run }) => isSuspect(run) && run.claim !== undefined);
  const suspectAt = nextSuspectAt({ dueAt: suspects[0]?.run.availableAt, isOneClaimed }, now);
  return { free: waiting.filter(({ run }) => !isSuspect(run)), suspects, suspectAt };
}

function canClaim(db: MemoryDatabase, types: TypeVersions, { run, typeVersion }: LiveRow): boolean {
  return (types[requireJob(db, Number(run.jobUid)).job.type] ?? 0) >= typeVersion;
}

function byDue({ run: a }: LiveRow, { run: b }: LiveRow): number {
  return a.availableAt - b.availableAt || Number(a.id) - Number(b.id);
}

function nextDue({ free, suspectAt }: Waiting): number | undefined {
  const next = Math.min(
    free[0]?.run.availableAt ?? Number.POSITIVE_INFINITY,
    suspectAt ?? Number.POSITIVE_INFINITY,
  );
  return Number.isFinite(next) ? next : undefined;
}

/** What waits for a claim before a plan is written. */
export function waitingRuns(db: MemoryDatabase, { types, ahead }: ClaimInput, now: number): WaitingRuns {
  const nextDueAt = nextDue(waitingFor(db, types, now));
  if (nextDueAt === undefined) return { canClaimPlanned: true };
  return { canClaimPlanned: nextDueAt > now + (ahead?.ms ?? 0), nextDueAt };
}

/**
 * Claims a suspect, then slots that have priority, then what is due, then what is about to be (P9, lost
 * nodes; P10, fence).
 */
export function claim(db: MemoryDatabase, input: ClaimInput, now: number): ClaimResult {
  const { node, types, places, ahead = { ms: 0, runs: 0 } } = input;
  const { free, suspects, suspectAt } = waitingFor(db, types, now);
  const isSuspectDue = suspectAt !== undefined && suspectAt <= now;
  const limit = places + prefetchBeside(isSuspectDue, input);
  const runs: ClaimedRun[] = [];
  const jobs: Job[] = [];
  const take = (row: LiveRow, how: Pick<ClaimedRun, 'started' | 'hasPriority'>) => {
    // Never ahead of a free place, once it was recovered (P9, lost nodes).
    if (!how.started && row.run.recoveries > 0) return;
    const fence = nextId(db);
    const start = how.started ? ({ status: 'running', startedAt: now } as const) : {};
    db.live.set(Number(row.run.id), { ...row, run: { ...row.run, ...start, claim: { node, fence } } });
    const { job } = requireJob(db, Number(row.run.jobUid));
    const index = jobs.includes(job) ? jobs.indexOf(job) : jobs.push(job) - 1;
    runs.push(claimedRunOf(row.run, { job: index, fence, ...how }));
  };
  const isDue = ({ run }: LiveRow) => run.availableAt <= now;
  const isFree = ({ run }: LiveRow) => db.live.get(Number(run.id))?.run.claim === undefined;

  if (places > 0 && isSuspectDue) for (const row of suspects.slice(0, 1)) take(row, { started: true });
  const slots = free.filter((row) => row.slotHasWaited);
  const first = { runAt: free[0]?.run.availableAt, slotAt: slots[0]?.run.availableAt };
  const prioritySlots = slotsHavePriority(first, now) ? (input.prioritySlots ?? 0) : 0;
  for (const row of slots.filter(isDue).slice(0, Math.min(prioritySlots, limit - runs.length)))
    take(row, { started: runs.length < places, hasPriority: true });
  for (const row of free
    .filter(isFree)
    .filter(isDue)
    .slice(0, Math.max(limit - runs.length, 0)))
    take(row, { started: runs.length < places });
  const coming = free.filter((row) => !isDue(row) && row.run.availableAt <= now + ahead.ms);
  for (const row of coming.slice(0, ahead.runs)) take(row, { started: false });

  const nextDueAt = nextDue(waitingFor(db, types, now));
  return { now, jobs, runs, ...(nextDueAt === undefined ? {} : { nextDueAt }) };
}
