import type { JobType } from '../../../core/job-types/job-type.ts';
import { parseWholeMs } from '../../../core/time/duration.ts';
import type { EngineParts } from '../../engine-parts.ts';
import { EngineError } from '../../ports/engine-port.ts';
import type { WaitOptions } from '../../ports/jobs-port.ts';
import { requireResult } from '../../watching/run-result.ts';
import type { RunWaits } from '../../watching/run-waits.ts';
import { enqueue } from './enqueue.ts';

/** Enqueues a run, waits for its end on whichever node, and returns its result. */
export async function enqueueAndWait(
  deps: EngineParts & { readonly waits: RunWaits },
  jobType: JobType | string,
  payload: unknown,
  { timeout, ...options }: WaitOptions = {},
): Promise<unknown> {
  const timeoutMs = timeout === undefined ? undefined : lengthOf(timeout);
  const { signal } = options;
  signal?.throwIfAborted();
  const { jobId, run } = await enqueue(deps, jobType, payload, options);
  return requireResult(await deps.waits.wait({ runId: run.id, jobId }, { timeoutMs, signal }));
}

function lengthOf(timeout: string): number {
  const parsed = parseWholeMs(timeout);
  const detail = parsed.ok ? 'must be more than 0s' : parsed.detail;
  if (parsed.ok && parsed.value > 0) return parsed.value;
  throw new EngineError('invalid', detail, [{ pointer: '/timeout', detail }]);
}
