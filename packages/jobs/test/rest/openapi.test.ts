import swagger from '@fastify/swagger';
import { fastify } from 'fastify';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { jobsPlugin } from '../../src/fastify/index.ts';
import { fastifyMount } from './mounts/fastify-mount.ts';
import { type RestServer, startRestServer } from './rest-server.ts';

const response = z.object({
  description: z.string().min(5),
  headers: z
    .record(z.string(), z.object({ description: z.string(), schema: z.object({ type: z.string() }) }))
    .optional(),
  content: z.record(z.string(), z.object({ schema: z.record(z.string(), z.unknown()) })).optional(),
});
const operation = z.object({
  operationId: z.string(),
  tags: z.tuple([z.literal('jobs')]),
  summary: z.string().min(5),
  description: z.string().min(5),
  security: z.tuple([z.object({ bearerAuth: z.array(z.string()) })]),
  parameters: z
    .array(z.object({ name: z.string(), in: z.string(), schema: z.record(z.string(), z.unknown()) }))
    .optional(),
  requestBody: z.object({ content: z.record(z.string(), z.unknown()) }).optional(),
  responses: z.record(z.string(), response),
});
const openapi = z.object({
  openapi: z.literal('3.1.0'),
  paths: z.record(z.string(), z.record(z.string(), operation)),
});

let server: RestServer;
let document: z.output<typeof openapi>;
beforeAll(async () => {
  server = await startRestServer(fastifyMount);
  const app = fastify();
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Test', version: '1' },
      components: { securitySchemes: { bearerAuth: { type: 'http', scheme: 'bearer' } } },
    },
    transform: jsonSchemaTransform,
  });
  const { engine } = server;
  await app.register(jobsPlugin, {
    prefix: '/api',
    engine,
    authorize: false,
    security: [{ bearerAuth: [] }],
  });
  await app.ready();
  document = openapi.parse(app.swagger());
  await app.close();
});
afterAll(() => server.close());

const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, op]) => ({ name: `${method.toUpperCase()} ${path}`, ...op })),
  );
const responseOf = (name: string, status: number) => {
  const found = operations().find((op) => op.name === name)?.responses[status];
  if (found === undefined) throw new Error(`${name} has no response ${status}`);
  return found;
};

test('every route of the contract is in the document', () => {
  expect(
    operations()
      .map(({ name }) => name)
      .sort(),
  ).toEqual(
    [
      'POST /api/jobs',
      'GET /api/jobs',
      'GET /api/jobs/{job_id}',
      'PUT /api/jobs/{job_id}',
      'PATCH /api/jobs/{job_id}',
      'DELETE /api/jobs/{job_id}',
      'POST /api/jobs/{job_id}/runs',
      'POST /api/jobs/{job_id}/pause',
      'POST /api/jobs/{job_id}/resume',
      'GET /api/jobs/{job_id}/runs',
      'GET /api/jobs/{job_id}/versions',
      'GET /api/jobs/{job_id}/versions/{version}',
      'GET /api/run-failures',
      'GET /api/run-timeline',
      'GET /api/runs',
      'GET /api/runs.csv',
      'GET /api/runs.ndjson',
      'GET /api/runs/{run_id}',
      'GET /api/runs/{run_id}/logs',
      'POST /api/runs/{run_id}/cancel',
      'POST /api/runs/{run_id}/retry',
      'POST /api/job-preview',
      'DELETE /api/calendars/{calendar_id}',
      'GET /api/calendars',
      'GET /api/calendars/{calendar_id}',
      'PUT /api/calendars/{calendar_id}',
      'DELETE /api/secrets/{name}',
      'GET /api/secrets',
      'POST /api/secrets/reseal',
      'PUT /api/secrets/{name}',
      'GET /api/job-types',
      'POST /api/job-types/{type}/runs',
      'GET /api/job-events',
      'GET /api/job-stats',
      'GET /api/nodes',
      'POST /api/nodes/{node_id}/drain',
      'POST /api/nodes/{node_id}/resume',
      'GET /api/job-audit',
      'GET /api/job-audit.csv',
      'DELETE /api/alert-channels/{channel_id}',
      'DELETE /api/backfills/{backfill_id}',
      'GET /api/alert-channels',
      'GET /api/alert-channels/{channel_id}',
      'GET /api/alert-deliveries',
      'DELETE /api/bulk-commands/{bulk_id}',
      'GET /api/backfills',
      'GET /api/bulk-commands',
      'GET /api/bulk-commands/{bulk_id}',
      'POST /api/jobs/bulk',
      'POST /api/runs/bulk',
      'GET /api/backfills/{backfill_id}',
      'GET /api/job-forecast',
      'GET /api/job-pause',
      'GET /api/job-stats/history',
      'GET /api/job-tags',
      'PATCH /api/alert-channels/{channel_id}',
      'POST /api/alert-channels',
      'POST /api/alert-channels/{channel_id}/test',
      'POST /api/alert-deliveries/{delivery_id}/retry',
      'POST /api/jobs/pause-all',
      'POST /api/jobs/resume-all',
      'POST /api/jobs/{job_id}/backfill',
      'GET /api/me',
    ].sort(),
  );
});

test('every problem is application/problem+json, and 401, 429 and 503 document their headers', () => {
  for (const { name, responses } of operations()) {
    for (const [status, { content = {}, headers = {} }] of Object.entries(responses)) {
      if (Number(status) < 400) continue;
      expect(Object.keys(content), `${name} ${status}`).toEqual(['application/problem+json']);
      expect(Object.values(content)[0]?.schema.required).toContain('instance');
      if (status === '429' || status === '503') expect(Object.keys(headers)).toEqual(['Retry-After']);
      if (status === '401') expect(Object.keys(headers)).toEqual(['WWW-Authenticate']);
    }
  }
});

test('successes document their bodies and headers', () => {
  const created = responseOf('POST /api/jobs', 201);
  expect(Object.keys(created.headers ?? {})).toEqual(['Location', 'ETag']);
  const schema = created.content?.['application/json']?.schema;
  expect(schema).toMatchObject({ type: 'object', properties: { id: { type: 'string' } } });
  expect(schema).not.toHaveProperty('headers');
  expect(responseOf('DELETE /api/jobs/{job_id}', 204).content).toBeUndefined();
  expect(Object.keys(responseOf('GET /api/job-events', 200).content ?? {})).toEqual(['text/event-stream']);
});

test('requests document their parameters and bodies', () => {
  const list = operations().find(({ name }) => name === 'GET /api/jobs');
  const limit = list?.parameters?.find(({ name }) => name === 'limit');
  expect(limit?.schema).toMatchObject({ type: 'integer', minimum: 1, maximum: 200 });
  const patch = operations().find(({ name }) => name === 'PATCH /api/jobs/{job_id}');
  expect(patch?.parameters?.map(({ name }) => name).sort()).toEqual(['if-match', 'job_id']);
  expect(Object.keys(patch?.requestBody?.content ?? {})).toEqual([
    'application/json',
    'application/merge-patch+json',
  ]);
});
