import { z } from 'zod';
import type { JobAnswer, JobRequest } from './job-model.ts';
import { type HttpAnswer, type Sending, sendRequest } from './send-request.ts';

const jobSchema = z.object({
  uid: z.string(),
  version: z.number(),
  name: z.string(),
  pause: z.object({ reason: z.string().nullable() }).nullable(),
});
const runSchema = z.object({ id: z.string(), job_id: z.string(), status: z.string() });

/** Sends one request about a job or its runs. Undefined: it may have happened or not. */
export async function sendJobRequest(
  { jobId, ...sending }: Sending & { readonly jobId: string },
  request: JobRequest,
): Promise<JobAnswer | undefined> {
  const ifMatch = 'ifMatch' in request ? request.ifMatch : undefined;
  const answer = await sendRequest(sending, { ...requestLine(jobId, request), ifMatch });
  return answer && readAnswer(answer);
}

function readAnswer({ status, headers, body }: HttpAnswer): JobAnswer {
  if (status === 204 || status >= 400) return { status };
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
