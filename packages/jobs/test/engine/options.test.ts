import { fastify } from 'fastify';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { jobsPlugin } from '../../src/fastify/index.ts';
import { createFetchHandler } from '../../src/fetch/index.ts';
import { createJobs, defineJobType, EngineError } from '../../src/index.ts';
import { createKoaMiddleware, createNodeHandler } from '../../src/node/index.ts';
import { postgres } from '../../src/stores/postgres/index.ts';
import { sqlite } from '../../src/stores/sqlite/index.ts';
import { createTestJobs } from '../../src/testing/index.ts';

const jobs = { store: sqlite(':memory:'), types: [] };
const definition = { type: 'a', payload: z.strictObject({}), run: async () => undefined };
/** Options of a wrong type, as JavaScript callers can pass them. */
const anything = (value: unknown) => value as never;

const MAKERS: Readonly<Record<string, (options: unknown) => unknown>> = {
  createJobs: (options) => createJobs(anything(options)),
  defineJobType: (options) => defineJobType(anything(options)),
  sqlite: (file) => sqlite(anything(file)),
  postgres: (options) => postgres(anything(options)),
  createFetchHandler: (options) => createFetchHandler(anything(options)),
  createNodeHandler: (options) => createNodeHandler(anything(options)),
  createKoaMiddleware: (options) => createKoaMiddleware(anything(options)),
};

function errorOf(make: () => unknown): EngineError {
  try {
    make();
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

it.each([
  ['createJobs', undefined, '', 'is required: options such as { store: sqlite("jobs.db"), types: [rates] }'],
  ['createJobs', { ...jobs, maxConcurrency: 5 }, '/maxConcurrency', 'did you mean concurrency?'],
  ['createJobs', { ...jobs, jobTypes: [] }, '/jobTypes', 'did you mean types?'],
  ['createJobs', { ...jobs, autoRun: false }, '/autoRun', 'unknown field; known ones are store'],
  ['createJobs', { ...jobs, clock: {} }, '/clock', 'unknown field'],
  ['createJobs', { ...jobs, concurrency: -1 }, '/concurrency', 'whole number from 0 to 100000'],
  ['createJobs', { ...jobs, threadMemoryMb: 5 }, '/threadMemoryMb', ', at least 16; got the number 5'],
  ['createJobs', { ...jobs, store: 'jobs.db' }, '/store', 'must be a store'],
  ['createJobs', { ...jobs, types: [definition.run] }, '/types/0', 'what defineJobType() returns'],
  ['createJobs', { ...jobs, types: [definition] }, '/types/0', 'what defineJobType() returns; got an object'],
  ['createJobs', { ...jobs, calendars: [] }, '/calendars', 'must be calendars by id, such as { holidays:'],
  [
    'createJobs',
    { ...jobs, calendars: { 'a b': { windows: [{ fromDate: '12-24' }] } } },
    '/calendars/a b',
    'letters',
  ],
  [
    'createJobs',
    { ...jobs, calendars: { holidays: { windows: [{ weekdays: ['someday'] }] } } },
    '/calendars/holidays/windows/0/weekdays/0',
    'must be',
  ],
  ['createJobs', null, '', 'the argument must be options such as'],
  ['createJobs', { ...jobs, logger: console.log }, '/logger', 'must be a logger'],
  [
    'createJobs',
    { ...jobs, outbound: { allow: ['10.0.0/8'] } },
    '/outbound/allow/0',
    'must be an address, a range',
  ],
  [
    'createJobs',
    { ...jobs, outbound: { allow: '10.0.0.0/8' } },
    '/outbound/allow',
    'must be a list of addresses',
  ],
  ['createJobs', { ...jobs, retention: { maxAge: 1 } }, '/retention/maxAge', 'did you mean maxAgeMs?'],
  ['defineJobType', { ...definition, type: 'Send Mail' }, '/type', 'must be lower-case words joined by _'],
  ['defineJobType', { ...definition, max_attempts: 5 }, '/max_attempts', 'did you mean maxAttempts?'],
  ['defineJobType', { ...definition, handler: () => 1 }, '/handler', 'did you mean run?'],
  ['defineJobType', { ...definition, timeout: 1_000 }, '/timeout', 'For 1000 milliseconds, write "1000ms"'],
  [
    'defineJobType',
    { ...definition, backoff: { initial: 5 } },
    '/backoff/initial',
    'must be a duration as text',
  ],
  ['defineJobType', { ...definition, run: undefined }, '/run', 'is required: a function'],
  [
    'sqlite',
    { file: 'jobs.db' },
    '/file',
    'must be text of 1 to 4096 characters, such as "jobs.db"; got an object',
  ],
  ['postgres', { connectionString: 'postgres://x' }, '/url', 'is required'],
  ['postgres', { url: 'postgres://x', connections: '6' }, '/connections', 'got "6"'],
  ['postgres', 'no url', '/url', 'must be a URL that begins with postgres://'],
  ['postgres', 'postgres://ann:se#cret@host/db', '/url', 'Escape special characters of the password'],
  ['postgres', 'mysql://host/db', '/url', 'must be a URL that begins with postgres://'],
  ['postgres', { url: 'postgres://host:99999/db' }, '/url', 'must be a URL that begins with postgres://'],
  ['postgres', { url: 'postgres://x', directUrl: 7 }, '/directUrl', 'must be a URL'],
  ['createFetchHandler', {}, '/authorize', 'is required'],
  ['createNodeHandler', { authorize: false, prefix: 'api/' }, '/prefix', 'must be a path such as /api'],
  ['createNodeHandler', undefined, '', 'is required: options such as { engine, authorize'],
  ['createKoaMiddleware', {}, '/authorize', 'is required'],
  ['createKoaMiddleware', { authorize: 'ann' }, '/authorize', 'must be'],
])('%s refuses %j, and says why', (maker, options, pointer, detail) => {
  const error = errorOf(() => MAKERS[maker]?.(options));
  expect(error.code).toBe('invalid');
  const isType = maker === 'defineJobType';
  expect(error.summary).toMatch(
    isType ? /^The job type ".+" is not valid\.$/ : `The options of ${maker}() are`,
  );
  expect(error.faults).toContainEqual({ pointer, detail: expect.stringContaining(detail) });
});

it('an error about the URL of a database never shows its password', () => {
  for (const url of ['http://ann:secret@host/db', `postgres://ann:secret@${'x'.repeat(5_000)}`])
    expect(errorOf(() => postgres(url)).message).not.toContain('secret');
});

it.each([
  'postgres://ann@/db?host=/run/postgresql',
  'postgresql://host',
  '/run/postgresql db',
  'socket:/run',
])('postgres takes %s', (url) => expect(() => postgres(url)).not.toThrow());

it.each<[string, object, string, string]>([
  [
    'a backoff that shrinks',
    { backoff: { initial: '5m', max: '1m' } },
    '/types/1/backoff',
    'must not be shorter than backoff.initial',
  ],
  [
    'a payload that is no object',
    { payload: z.string() },
    '/types/1/payload',
    'must be the schema of an object',
  ],
  ['a field that is none', { operatorsMaySet: ['days'] }, '/types/1/operatorsMaySet', 'names "days"'],
  [
    'a thread without a module',
    { isolation: 'thread' },
    '/types/1/module',
    'write `module: import.meta.url`',
  ],
  ['a name that is taken', { type: 'first' }, '/types/1/type', 'occurs twice'],
])('createJobs says which job type has %s', (_, fields, pointer, detail) => {
  const first = defineJobType({ ...definition, type: 'first' });
  const second = defineJobType({ ...definition, ...fields });
  const error = errorOf(() => createJobs({ ...jobs, types: [first, second] }));
  expect(error.faults).toEqual([{ pointer, detail: expect.stringContaining(detail) }]);
  expect(error.message).toContain(`The job type ${second.type} can't be registered. types.1.`);
});

it.each<[object, string, string]>([
  [{ timeout: '5 minutes' }, '/timeout', 'has an unknown unit: use ns, us, ms, s, m or h'],
  [{ timeout: '500h' }, '/timeout', 'must be from 1ms to 168h; got "500h"'],
  [{ backoff: { initial: '5 m' } }, '/backoff/initial', 'has an unknown unit'],
  [{ payload: { a: 'string' } }, '/payload', 'must be a schema of zod, Valibot, ArkType or another'],
])('defineJobType names the type and the value of %o', (fields, pointer, detail) => {
  const error = errorOf(() => defineJobType(anything({ ...definition, ...fields })));
  expect(error.faults).toEqual([{ pointer, detail: expect.stringContaining(detail) }]);
  expect(error.message).toContain('The job type "a" is not valid. ');
});

it('an engine for tests refuses options that it does not know', async () => {
  await expect(createTestJobs(anything({ types: [], minInterval: 5 }))).rejects.toMatchObject({
    code: 'invalid',
    faults: [{ pointer: '/minInterval', detail: 'unknown field; did you mean minIntervalMs?' }],
  });
});

it('the plugin refuses options that it does not know, and takes those of Fastify', async () => {
  const made = createJobs(jobs);
  const refused = fastify().register(jobsPlugin, anything({ engine: made, authorise: false }));
  await expect(refused).rejects.toMatchObject({
    code: 'invalid',
    faults: [
      { pointer: '/authorize', detail: expect.stringContaining('is required: a function (request, need)') },
      { pointer: '/authorise', detail: 'unknown field; did you mean authorize?' },
    ],
  });
  const app = fastify({ routerOptions: { maxParamLength: 128 } });
  await app.register(jobsPlugin, { prefix: '/api', logLevel: 'warn', engine: made, authorize: false });
  await app.close();
});
