import type { Job } from '../../core/job.ts';
import type { ClaimedRun, ClaimInput, ClaimResult } from '../../core/store.ts';
import { earliestOf, merged } from './plan.ts';
import { dueRunOf } from './run-rows.ts';
import type { Writer } from './writer.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Claims due runs of the types, in due order: first those that start at once, then those to be held (P9, P10). */
export function claim(w: Writer, input: ClaimInput, now: number): ClaimResult {
  const keys = w.types.knownTo(input.types);
  const limit = input.places + input.prefetch;
  const runs: ClaimedRun[] = [];
  const jobs: Job[] = [];
  if (keys.length > 0 && limit > 0) claimDue(w, { ...input, keys, limit, now, runs, jobs });
  const nextDueAt = earliestOf(w, EARLIEST_DUE, keys);
  return { now, jobs, runs, ...(nextDueAt === undefined ? {} : { nextDueAt }) };
}

interface Claiming extends ClaimInput {
  readonly keys: readonly number[];
  readonly limit: number;
  readonly now: number;
  readonly runs: ClaimedRun[];
  readonly jobs: Job[];
}

function claimDue(w: Writer, { node, places, prefetch, keys, limit, now, runs, jobs }: Claiming): void {
  const nodeKey = w.nodes.keyOf(node, now);
  const take = w.db.statement(CLAIM);
  const jobIndexes = new Map<number, number>();
  let prefetched = 0;
  const params = keys.flatMap((key) => [key, now]);
  for (const row of w.db.arrays(merged(DUE_RUNS, keys.length, 'available_at, id')).all(...params, limit)) {
    const due = dueRunOf(row);
    const started = runs.length - prefetched < places;
    if (!started && (due.recoveries > 0 || prefetched >= prefetch)) continue;
    if (!started) prefetched += 1;
    const fence = w.ids.next(now);
    take.run(nodeKey, fence, started ? 1 : 0, started ? now : null, due.id);
    let job = jobIndexes.get(due.jobUid);
    if (job === undefined) {
      job = jobs.push(w.jobs.require(due.jobUid).job) - 1;
      jobIndexes.set(due.jobUid, job);
    }
    const run: Mutable<ClaimedRun> = {
      id: String(due.id),
      job,
      fence,
      attempt: due.failures + 1,
      availableAt: due.availableAt,
      started,
      catchUp: due.catchUp,
      missed: due.missed,
    };
    if (due.scheduledFor !== null) run.scheduledFor = due.scheduledFor;
    if (due.payload !== null) run.payload = due.payload;
    runs.push(run);
  }
}

const DUE_RUNS = `SELECT id, job_uid, available_at, scheduled_for, catch_up, missed, failures, recoveries, payload
  FROM live_runs WHERE held = 0 AND node IS NULL AND type_key = ? AND available_at <= ?`;
const EARLIEST_DUE = `SELECT available_at FROM live_runs
  WHERE held = 0 AND node IS NULL AND type_key = ? ORDER BY available_at LIMIT 1`;
const CLAIM = 'UPDATE live_runs SET node = ?, fence = ?, status = ?, started_at = ? WHERE id = ?';
