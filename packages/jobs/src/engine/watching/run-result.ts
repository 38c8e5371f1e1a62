import { errorChain } from '../../core/failures/error-chain.ts';
import { RunError } from '../../core/model/errors.ts';
import type { FinishedRun, Run } from '../../core/model/run.ts';
import type { RunView } from '../../core/store/store-views.ts';

/** The result of a run, parsed; undefined while it has none. */
export function resultOf(run: Run): unknown {
  return 'result' in run && run.result !== undefined ? JSON.parse(run.result) : undefined;
}

/** The result of a run that has ended. Throws a `RunError` unless it succeeded. */
export function requireResult({ run, jobId }: RunView): unknown {
  if (run.status === 'succeeded') return resultOf(run);
  const { id: runId, errors } = run;
  const reason = 'reason' in run ? run.reason : undefined;
  const last = errors.at(-1);
  const code = run.status === 'failed' ? 'failed' : 'cancelled';
  const why = last === undefined || code === 'cancelled' ? (reason ?? 'no reason is known') : last.message;
  throw new RunError(code, `The run ${runId} of ${jobId} ${wordOf(run)}: ${why}`, {
    runId,
    jobId,
    reason,
    errors,
    cause: last === undefined || code === 'cancelled' ? undefined : errorChain(last),
  });
}

function wordOf({ status }: Pick<FinishedRun | Run, 'status'>): string {
  return status === 'failed' ? 'failed' : `was ${status}`;
}
