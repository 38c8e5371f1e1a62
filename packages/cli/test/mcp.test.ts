import { fileURLToPath } from 'node:url';
import { connect, createJob } from '@greenvue/jobs/client';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { CONDITION_MS } from '../../../scripts/test-deadlines.ts';
import { type Host, READER, startHost, TOKEN } from './host.ts';

const PROGRAM = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const READ = [
  'forecast_runs',
  'get_bulk_command',
  'get_history',
  'get_job',
  'get_run',
  'get_run_log',
  'get_stats',
  'list_failures',
  'list_job_types',
  'list_jobs',
  'list_runs',
  'preview_schedule',
  'why_unhealthy',
];

describe('greenvue-jobs mcp', () => {
  let host: Host;
  beforeAll(async () => {
    host = await startHost();
    const api = connect({ url: host.url, token: TOKEN });
    const job = { on_demand: true, name: 'A job' };
    await createJob(api, { id: 'hello', type: 'greet', ...job });
    await createJob(api, { id: 'broken', type: 'fail', ...job });
  });
  afterAll(() => host.close());

  /** An assistant that has started the server with a token. */
  async function assistant(token: string): Promise<Client> {
    const client = new Client({ name: 'test', version: '1' });
    const { PATH = '', NODE_COMPILE_CACHE = '' } = process.env;
    const env = { PATH, NODE_COMPILE_CACHE, JOBS_URL: host.url, JOBS_TOKEN: token };
    await client.connect(
      new StdioClientTransport({ command: process.execPath, args: [PROGRAM, 'mcp'], env, stderr: 'inherit' }),
    );
    onTestFinished(() => client.close());
    return client;
  }

  async function call(client: Client, name: string, values: Record<string, unknown> = {}) {
    const { content, isError = false } = await client.callTool({ name, arguments: values });
    const [first] = Array.isArray(content) ? content : [];
    const text: unknown =
      typeof first === 'object' && first !== null ? Reflect.get(first, 'text') : undefined;
    if (typeof text !== 'string') throw new Error(`${name} gave no text`);
    return isError ? { error: text } : JSON.parse(text);
  }

  test('runs, watches, explains, pauses and resumes jobs with the rights of its token', async () => {
    const client = await assistant(TOKEN);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name).sort()).toEqual(
      [
        ...READ,
        'backfill_job',
        'change_many_jobs',
        'change_many_runs',
        'enqueue_run',
        'list_alerts',
        'pause_all_jobs',
        'pause_job',
        'resume_all_jobs',
        'resume_job',
        'run_job',
      ].sort(),
    );
    const { id } = await call(client, 'run_job', { job_id: 'hello', payload: { name: 'Bo' } });
    await vi.waitFor(
      async () =>
        expect(await call(client, 'get_run', { run_id: id })).toMatchObject({
          status: 'succeeded',
          result: { greeted: 'Bo' },
        }),
      CONDITION_MS,
    );
    await call(client, 'run_job', { job_id: 'broken' });
    await vi.waitFor(
      async () =>
        expect(await call(client, 'why_unhealthy')).toMatchObject([
          { job: { id: 'broken' }, failed_runs: [{ errors: [{ message: 'it never works' }] }] },
        ]),
      CONDITION_MS,
    );
    const failures = await call(client, 'list_failures', { job_id: 'broken' });
    expect(failures).toMatchObject({ run_count: 1, data: [{ jobs: [{ job_id: 'broken', count: 1 }] }] });
    const query = { fingerprint: failures.data[0].fingerprint, error: 'NEVER' };
    expect(await call(client, 'list_runs', query)).toMatchObject({ data: [{ job_id: 'broken' }] });
    expect(await call(client, 'pause_job', { job_id: 'hello', reason: 'stocktaking' })).toMatchObject({
      pause: { reason: 'stocktaking' },
    });
    expect(await call(client, 'resume_job', { job_id: 'hello' })).toMatchObject({ status: 'active' });
    const many = { action: 'pause', filter: { q: 'hello' } };
    expect(await call(client, 'change_many_jobs', many)).toMatchObject({ id: null, total: 1 });
    const { id: bulk } = await call(client, 'change_many_jobs', { ...many, dry_run: false });
    await vi.waitFor(
      async () =>
        expect(await call(client, 'get_bulk_command', { id: bulk })).toMatchObject({
          status: 'finished',
          done: 1,
        }),
      CONDITION_MS,
    );
    const again = { action: 'retry', filter: { fingerprint: query.fingerprint } };
    expect(await call(client, 'change_many_runs', again)).toMatchObject({ id: null, total: 1 });
    const preview = await call(client, 'preview_schedule', {
      cron: '0 8 * * MON',
      timezone: 'Europe/Berlin',
    });
    expect(preview.times).toHaveLength(5);
    const rule = await call(client, 'preview_schedule', {
      rrule: 'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;BYHOUR=9',
      timezone: 'Europe/Berlin',
      start_at: '2036-01-07T00:00:00Z',
      end_at: '2037-01-01T00:00:00Z',
      max_runs: 2,
      spread: '1h',
    });
    expect(rule.slots).toEqual(['2036-01-07T08:00:00.000Z', '2036-01-21T08:00:00.000Z']);
  });

  test.each([
    ['run_job', { job_id: 'hello', payloads: { name: 'Bo' } }, 'payloads'],
    ['list_runs', { job: 'hello' }, 'job'],
    ['get_stats', { of: 'hello' }, 'of'],
    ['get_job', { job_id: '..' }, 'job_id'],
    ['get_job', { job_id: '' }, 'job_id'],
    ['get_job', { job_id: 'x'.repeat(100_000) }, 'job_id'],
    ['get_run', { run_id: '../jobs' }, 'run_id'],
    ['list_jobs', { limit: '10' }, 'limit'],
  ])('refuses wrong arguments by their name, and does nothing: %s', async (name, values, field) => {
    const client = await assistant(TOKEN);
    const { error } = await call(client, name, values);
    expect(error.slice(0, 500)).toMatch(new RegExp(`Invalid arguments for tool ${name}.*${field}`));
  });

  test('no tool takes a field that it does not have', async () => {
    const client = await assistant(TOKEN);
    const { tools } = await client.listTools();
    for (const { name, inputSchema } of tools) {
      expect(inputSchema, name).toHaveProperty('additionalProperties', false);
      expect((await call(client, name, { misspelled: 1 })).error, name).toContain('misspelled');
    }
  });

  test('enqueues a run of a type, once for each key', async () => {
    const client = await assistant(TOKEN);
    const order = { type: 'greet', payload: { name: 'Cy' }, dedupe_key: 'order-66' };
    const { id } = await call(client, 'enqueue_run', order);
    await vi.waitFor(
      async () =>
        expect(await call(client, 'get_run', { run_id: id })).toMatchObject({
          job_id: 'enqueued.greet',
          status: 'succeeded',
          result: { greeted: 'Cy' },
        }),
      CONDITION_MS,
    );
    expect((await call(client, 'enqueue_run', order)).id).toBe(id);
    const wrong = { type: 'greet', payload: { name: 7 } };
    expect((await call(client, 'enqueue_run', wrong)).error).toContain('/payload/name');
    expect((await call(client, 'enqueue_run', { type: 'none' })).error).toContain('job type "none"');
  });

  test('says what to do when a call fails', async () => {
    const client = await assistant(TOKEN);
    expect((await call(client, 'get_job', { job_id: 'none' })).error).toContain('"none"');
    expect((await call(client, 'preview_schedule', { cron: 'often' })).error).toContain('cron');
    expect((await call(client, 'run_job', { job_id: 7 })).error).toContain('job_id');
  });

  test('has only the tools that its token allows', async () => {
    const { tools } = await (await assistant(READER)).listTools();
    expect(tools.map(({ name }) => name).sort()).toEqual(READ);
  });
});
