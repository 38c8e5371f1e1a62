import { z } from 'zod';
import type { JobAnswer, JobRequest } from './job-model.ts';

interface Target {
  readonly url: string;
  readonly token: string;
  readonly jobId: string;
  /** The client disconnects after this time. */
  readonly waitMs: number;
}

const jobSchema = z.object({
  uid: z.string(),
  version: z.number(),
  name: z.string(),
  status: z.enum(['active', 'paused']),
  pause: z.object({ reason: z.string().nullable() }).nullable(),
});
const runSchema = z.object({ id: z.string(), job_id: z.string(), status: z.string() });

/** Sends one request. Undefined: it may have happened or not (no answer, 429, or a server error). */
export async function sendRequest(target: Target, request: JobRequest): Promise<JobAnswer | undefined> {
  const { method, path, body } = requestLine(target.jobId, request);
  const tag = 'ifMatch' in request && request.ifMatch !== undefined ? { 'if-match': request.ifMatch } : {};
  const json = body === undefined ? {} : { 'content-type': 'application/json' };
  try {
    const answer = await fetch(`${target.url}/api${path}`, {
      method,
      headers: { authorization: `Bearer ${target.token}`, ...json, ...tag },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(Math.ceil(target.waitMs)),
    });
    const text = await answer.text();
    return readAnswer(answer, text);
  } catch (error) {
    if (error instanceof z.ZodError || error instanceof UnexpectedAnswer) throw error;
    return undefined;
  }
}

class UnexpectedAnswer extends Error {}

/** Refusals that the model knows. Others are faults of this test. */
const REFUSALS = [404, 409, 412];

function readAnswer({ status, headers }: Response, text: string): JobAnswer | undefined {
  if (status === 429 || status >= 500) return undefined;
  if (status === 409 && text.includes('keeps changing')) return undefined;
  if (status === 204 || REFUSALS.includes(status)) return { status };
  if (status >= 400) throw new UnexpectedAnswer(`The server answered ${status}: ${text}`);
  const body: unknown = JSON.parse(text);
  const run = runSchema.safeParse(body);
  if (run.success) {
    const { id, status: runStatus } = run.data;
    const isReplay = headers.has('idempotent-replay');
    return { status, run: { id, isReplay, isLive: runStatus === 'queued' } };
  }
  const { uid, version, name, pause } = jobSchema.parse(body);
  return { status, job: { uid, version, name, pauseReason: pause?.reason ?? undefined } };
}

function requestLine(jobId: string, request: JobRequest) {
  const path = `/jobs/${jobId}`;
  const definition = (name: string) => ({
    name,
    type: 'send_notifications',
    on_demand: true,
    overlap: 'allow',
  });
  switch (request.kind) {
    case 'create':
      return { method: 'POST', path: '/jobs', body: { id: jobId, ...definition(request.name) } };
    case 'put':
      return { method: 'PUT', path, body: definition(request.name) };
    case 'patch':
      return { method: 'PATCH', path, body: { name: request.name } };
    case 'delete':
      return { method: 'DELETE', path };
    case 'get':
      return { method: 'GET', path };
    case 'pause':
      return { method: 'POST', path: `${path}/pause`, body: { reason: request.reason } };
    case 'resume':
      return { method: 'POST', path: `${path}/resume` };
    case 'trigger':
      return { method: 'POST', path: `${path}/runs`, body: { dedupe_key: request.key } };
    case 'get run':
      return { method: 'GET', path: `/runs/${request.runId}` };
    case 'cancel':
      return { method: 'POST', path: `/runs/${request.runId}/cancel` };
    case 'retry':
      return { method: 'POST', path: `/runs/${request.runId}/retry` };
    default:
      return request satisfies never;
  }
}
