import { expect, vi } from 'vitest';
import type { z } from 'zod';
import { CONDITION_MS } from '../../../../scripts/test-deadlines.ts';
import { type JobJson, jobSchema } from '../../src/http/views/jobs/job.ts';
import { type ProblemJson, problemSchema } from '../../src/http/views/problem.ts';
import { type RunJson, runSchema } from '../../src/http/views/runs/run.ts';
import type { Answer, Mount } from './rest-server.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
type Headers = Readonly<Record<string, string>>;

/** Sends a request with `body` as JSON. */
export function send(
  mount: Pick<Mount, 'send'>,
  method: Method,
  url: string,
  options: { readonly body?: unknown; readonly headers?: Headers } = {},
): Promise<Answer> {
  const { body, headers = {} } = options;
  const request = { method, url: `/api${url}`, headers };
  if (body === undefined) return mount.send(request);
  const payload = JSON.stringify(body);
  return mount.send({ ...request, headers: { 'content-type': 'application/json', ...headers }, payload });
}

/** Sends raw bytes, by default as JSON. */
export function sendRaw(
  mount: Pick<Mount, 'send'>,
  method: Method,
  url: string,
  options: { readonly bytes: Buffer | string; readonly type?: string },
): Promise<Answer> {
  const headers = { 'content-type': options.type ?? 'application/json' };
  return mount.send({ method, url: `/api${url}`, headers, payload: options.bytes });
}

/** The body of a success, which has exactly the fields of the schema. */
export function bodyOf<S extends z.ZodObject>(response: Answer, status: number, schema: S): z.output<S> {
  expect(response.statusCode, response.body).toBe(status);
  expect(response.headers['content-type']).toContain('application/json');
  const body: unknown = response.json();
  expect(Object.keys(Object(body)).sort()).toEqual(Object.keys(schema.shape).sort());
  return schema.parse(body);
}

export function problemOf(response: Answer, status: number): ProblemJson {
  expect(response.statusCode, response.body).toBe(status);
  expect(response.headers['content-type']).toBe('application/problem+json');
  const body = problemSchema.strict().parse(response.json());
  expect(body.status).toBe(status);
  expect(body.instance).not.toBe('');
  return body;
}

/** The pointers of a 422. Each has a message. */
export function pointersOf(response: Answer): readonly string[] {
  const { errors = [] } = problemOf(response, 422);
  for (const error of errors) expect(error.detail).not.toBe('');
  return errors.map(({ pointer }) => pointer);
}

/** The message of a 422 for one field. */
export function faultAt(response: Answer, pointer: string): string {
  const { errors = [] } = problemOf(response, 422);
  const fault = errors.find((error) => error.pointer === pointer);
  expect(fault, response.body).toBeDefined();
  return fault?.detail ?? '';
}

type JobFields = Readonly<Record<string, unknown>>;

/** The body that makes a job: on demand, unless fields say otherwise. */
export function jobBody(id: string, fields: JobFields = { on_demand: true }): JobFields {
  return { id, name: `Job ${id}`, type: 'greet', ...fields };
}

/** Creates the job of {@link jobBody}. */
export async function createJob(
  server: Pick<Mount, 'send'>,
  id: string,
  fields?: JobFields,
): Promise<JobJson & { readonly etag: string }> {
  const response = await send(server, 'POST', '/jobs', { body: jobBody(id, fields) });
  return { ...bodyOf(response, 201, jobSchema), etag: String(response.headers.etag) };
}

export async function runJob(server: Pick<Mount, 'send'>, jobId: string, body?: unknown): Promise<RunJson> {
  const response = await send(server, 'POST', `/jobs/${jobId}/runs`, body === undefined ? {} : { body });
  return bodyOf(response, 202, runSchema);
}

/** Reads a run until it has this status. */
export function runThatIs(
  server: Pick<Mount, 'send'>,
  runId: string,
  status: RunJson['status'],
): Promise<RunJson> {
  return vi.waitFor(
    async () => {
      const run = bodyOf(await send(server, 'GET', `/runs/${runId}`), 200, runSchema);
      expect(run.status).toBe(status);
      return run;
    },
    { timeout: CONDITION_MS, interval: 20 },
  );
}
