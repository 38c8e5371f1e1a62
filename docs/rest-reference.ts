// Writes docs/reference/rest.md: every route of the jobs API, from its OpenAPI document.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import swagger from '@fastify/swagger';
import { createJobs } from '@greenvue/jobs';
import { jobsPlugin } from '@greenvue/jobs/fastify';
import { createMemoryStore } from '@greenvue/jobs/testing';
import { createMarkdownFromOpenApi } from '@scalar/openapi-to-markdown';
import { fastify } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';

const OUT = join(import.meta.dirname, 'reference');

const engine = createJobs({ store: createMemoryStore(), types: [] });
const app = fastify();
await app.register(swagger, {
  openapi: { openapi: '3.1.0', info: { title: 'REST: every route', version: '0.1.0' } },
  transform: jsonSchemaTransform,
  transformObject: jsonSchemaTransformObject,
});
await app.register(jobsPlugin, { prefix: '/api', engine, authorize: false });
await app.ready();
mkdirSync(OUT, { recursive: true });
writeFileSync(join(OUT, 'rest.md'), await createMarkdownFromOpenApi(JSON.stringify(app.swagger(), brief)));
await app.close();

/** Each error has the same body, and the bounds of safe integers say nothing. */
function brief(key: string, value: unknown): unknown {
  if (Math.abs(Number(value)) === Number.MAX_SAFE_INTEGER) return undefined;
  return /^[45]\d\d$/.test(key) && typeof value === 'object' ? { ...value, content: undefined } : value;
}
