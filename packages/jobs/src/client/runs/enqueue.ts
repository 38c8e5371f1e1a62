import type { z } from 'zod';
import type { JobType } from '../../core/job-types/job-type.ts';
import type { InputOf, ResultOf } from '../../core/job-types/job-type-inference.ts';
import type { TypeOf } from '../../engine/ports/jobs-port.ts';
import type { enqueueBody } from '../../http/index.ts';
import type { Call, TypedConnection } from '../connection/connection.ts';
import { RunError } from '../connection/errors.ts';
import { path } from '../connection/request.ts';
import { wait } from '../connection/wait.ts';
import { uniqueKey } from '../jobs/unique-key.ts';
import { getRun, type Run } from './runs.ts';

/** `delay` is a Go duration, `run_at` is RFC 3339. */
export type EnqueueRun = Omit<z.input<typeof enqueueBody>, 'payload'>;

/** A run of a job type whose result the compiler knows. `result` is null unless the run has succeeded. */
export type TypedRun<Type> = Omit<Run, 'result'> & { readonly result: ResultOf<Type> | null };

/**
 * Makes a run of a job type, without a job of one's own. Adds a `dedupe_key` if there is none, so that a
 * retried request starts no second run. 404: the server has no such type.
 */
export async function enqueue<const Types extends readonly JobType[], Name extends Types[number]['type']>(
  connection: TypedConnection<Types>,
  type: Name,
  payload: InputOf<TypeOf<Types, Name>>,
  options: EnqueueRun = {},
  call?: Call,
): Promise<TypedRun<TypeOf<Types, Name>>> {
  const body = { ...options, payload, dedupe_key: options.dedupe_key ?? uniqueKey() };
  return connection.ask({ method: 'POST', path: path`/job-types/${type}/runs`, body, repeat: 'safe' }, call);
}

const FIRST_POLL_MS = 100;
const LONGEST_POLL_MS = 1_000;

/**
 * {@link enqueue}, then waits for the end of the run and returns its result. Throws a {@link RunError} when
 * the run fails or is cancelled. The signal ends the wait, not the run. Polls ten times a second at first,
 * then once a second.
 */
export async function enqueueAndWait<
  const Types extends readonly JobType[],
  Name extends Types[number]['type'],
>(
  connection: TypedConnection<Types>,
  type: Name,
  payload: InputOf<TypeOf<Types, Name>>,
  options: EnqueueRun = {},
  call?: Call,
): Promise<ResultOf<TypeOf<Types, Name>>> {
  const { id } = await enqueue(connection, type, payload, options, call);
  for (let pauseMs = FIRST_POLL_MS; ; pauseMs = Math.min(pauseMs * 1.5, LONGEST_POLL_MS)) {
    const run = await getRun(connection, id, call);
    if (run.status === 'succeeded') return resultOf(run);
    if (run.status !== 'queued' && run.status !== 'running') throw new RunError(run);
    await wait(pauseMs, call?.signal);
    call?.signal?.throwIfAborted();
  }
}

/** The server's handler has returned it, so it has the type's shape. */
function resultOf<Result>({ result }: Run): Result {
  return (result ?? undefined) as Result;
}
