import { describe } from 'vitest';
import { journey } from './journey.ts';

describe.each([
  'fastify/server.ts',
  'express/server.ts',
  'hono/server.ts',
  'koa/server.ts',
  'node-http/server.ts',
])('%s', (program) => journey({ programs: [program], answersOpenRequests: true }));

// Compiled, because Node does not run decorators.
describe.each(['nestjs/dist/main.js', 'nestjs/dist/main-fastify.js'])('%s', (program) =>
  journey({ programs: [program], mayEndBySignal: true, answersOpenRequests: true }),
);
