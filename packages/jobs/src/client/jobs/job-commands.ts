import type { z } from 'zod';
import type { pauseBody, RunJson, triggerBody } from '../../http/index.ts';
import type { Connection } from '../connection/connection.ts';
import { path } from '../connection/request.ts';
import { type Guarded, guardHeaders } from './guard.ts';
import type { Job } from './jobs.ts';
import { uniqueKey } from './unique-key.ts';

export type RunJob = z.input<typeof triggerBody>;
export type PauseJob = z.input<typeof pauseBody>;

/**
 * Runs a job now; its schedule does not move. Has a `dedupe_key` made for it if the body has none, so that a
 * repeated request makes no second run. 409: no room for another live run.
 */
export async function runJob(
  connection: Connection,
  id: string,
  body: RunJob = {},
  guarded?: Guarded,
): Promise<RunJson> {
  const answer = await connection.send<RunJson>({
    method: 'POST',
    path: path`/jobs/${id}/runs`,
    body: { ...body, dedupe_key: body.dedupe_key ?? uniqueKey() },
    headers: guardHeaders(guarded),
    repeat: 'safe',
    signal: guarded?.signal,
  });
  return answer.body;
}

/**
 * Pauses a job, or gives a paused one a new reason and end. Running runs finish, unless `cancel_live` cancels
 * them.
 */
export async function pauseJob(
  connection: Connection,
  id: string,
  body: PauseJob = {},
  guarded?: Guarded,
): Promise<Job> {
  const answer = await connection.send<Job>({
    method: 'POST',
    path: path`/jobs/${id}/pause`,
    body,
    headers: guardHeaders(guarded),
    repeat: 'safe',
    signal: guarded?.signal,
  });
  return answer.body;
}

/** Resumes a job at its next slot to come; one that is not paused stays as it is. */
export async function resumeJob(connection: Connection, id: string, guarded?: Guarded): Promise<Job> {
  const answer = await connection.send<Job>({
    method: 'POST',
    path: path`/jobs/${id}/resume`,
    headers: guardHeaders(guarded),
    repeat: 'safe',
    signal: guarded?.signal,
  });
  return answer.body;
}
