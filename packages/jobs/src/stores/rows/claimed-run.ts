import type { LiveRun } from '../../core/run.ts';
import type { ClaimedRun } from '../../core/store-passes.ts';
import type { Mutable } from './run-row.ts';

/** A claim of a run as its node needs it; `job` is where in the claim's jobs its own is. */
export function claimedRunOf(
  run: LiveRun,
  { job, fence, started }: Pick<ClaimedRun, 'job' | 'fence' | 'started'>,
): ClaimedRun {
  const { id, failures, availableAt, catchUp, missed } = run;
  const claimed: Mutable<ClaimedRun> = {
    id,
    job,
    fence,
    attempt: failures + 1,
    availableAt,
    started,
    catchUp,
    missed,
  };
  if (run.scheduledFor !== undefined) claimed.scheduledFor = run.scheduledFor;
  if (run.payload !== undefined) claimed.payload = run.payload;
  if (run.trace !== undefined) claimed.trace = run.trace;
  return claimed;
}
