import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { CONDITION_MS } from '../../../../scripts/test-deadlines.ts';
import {
  ApiError,
  backfillJob,
  bulkJobs,
  bulkRuns,
  type Connection,
  ConnectionError,
  type CreateJob,
  cancelBackfill,
  cancelBulkCommand,
  cancelRun,
  connect,
  createAlertChannel,
  createJob,
  deleteAlertChannel,
  deleteCalendar,
  deleteJob,
  deleteSecret,
  drainNode,
  eachAlertDelivery,
  eachJob,
  eachJobAudit,
  eachJobRun,
  eachJobVersion,
  eachRun,
  eachRunFailure,
  enqueue,
  exportJobAudit,
  exportRuns,
  followRunLogs,
  getAlertChannel,
  getBackfill,
  getBulkCommand,
  getCalendar,
  getCaller,
  getForecast,
  getJob,
  getJobHistory,
  getJobVersion,
  getPauseOfAll,
  getRun,
  getRunLogs,
  getRunTimeline,
  getStats,
  type Job,
  jobEvents,
  listAlertChannels,
  listAlertDeliveries,
  listBackfills,
  listBulkCommands,
  listCalendars,
  listJobAudit,
  listJobRuns,
  listJobs,
  listJobTags,
  listJobTypes,
  listNodes,
  listRunFailures,
  listRuns,
  listSecrets,
  patchAlertChannel,
  patchJob,
  pauseAllJobs,
  pauseJob,
  previewSchedule,
  putCalendar,
  putJob,
  putSecret,
  type Run,
  resealSecrets,
  resumeAllJobs,
  resumeJob,
  resumeNode,
  retryAlertDelivery,
  retryRun,
  runJob,
  testAlertChannel,
} from '../../src/client/index.ts';
import { auditRowSchema } from '../../src/http/views/audit.ts';
import { bulkCommandSchema } from '../../src/http/views/bulk.ts';
import { historySchema } from '../../src/http/views/history.ts';
import { jobSchema } from '../../src/http/views/jobs/job.ts';
import { nodeSchema } from '../../src/http/views/node.ts';
import { runSchema } from '../../src/http/views/runs/run.ts';
import { statsSchema } from '../../src/http/views/stats.ts';
import { listen, startClientServer } from './client-server.ts';

let server: Awaited<ReturnType<typeof startClientServer>>;
let connection: Connection;
beforeAll(async () => {
  server = await startClientServer();
  connection = server.connection;
});
afterAll(() => server.close());

const make = (id: string, fields: Partial<CreateJob> = { on_demand: true }): Promise<Job> =>
  createJob(connection, { id, name: `Job ${id}`, type: 'greet', ...fields });

function runThatIs(runId: string, status: Run['status']): Promise<Run> {
  return vi.waitFor(
    async () => {
      const run = await getRun(connection, runId);
      expect(run.status).toBe(status);
      return run;
    },
    { timeout: CONDITION_MS, interval: 20 },
  );
}

describe('jobs', () => {
  test('are created, read, edited, replaced and deleted', async () => {
    const job = await make('a', { interval: '5m', payload: { name: 'Ann' } });
    expect(jobSchema.strict().parse(job)).toEqual(job);
    expect(await getJob(connection, 'a')).toEqual(job);
    const edited = await patchJob(connection, 'a', { interval: '10m', description: null }, { ifMatch: job });
    expect(edited).toMatchObject({ interval: '10m', version: job.version + 1 });
    const replaced = await putJob(connection, 'a', { name: 'A', type: 'greet', cron: '0 9 * * *' });
    expect(replaced).toMatchObject({ created: false, job: { cron: '0 9 * * *', interval: null } });
    await deleteJob(connection, 'a', { ifMatch: replaced.job });
    await expect(getJob(connection, 'a')).rejects.toMatchObject({ status: 404 });
    expect((await putJob(connection, 'a', { name: 'A', type: 'greet', on_demand: true })).created).toBe(true);
  });

  test('are not overwritten by an edit of an older version', async () => {
    const job = await make('b');
    await patchJob(connection, 'b', { name: 'Other' });
    const stale = { ifMatch: job };
    for (const change of [
      () => patchJob(connection, 'b', { name: 'Mine' }, stale),
      () => putJob(connection, 'b', { name: 'Mine', type: 'greet', on_demand: true }, stale),
      () => putJob(connection, 'b', { name: 'Mine', type: 'greet', on_demand: true }, { createOnly: true }),
      () => deleteJob(connection, 'b', stale),
      () => runJob(connection, 'b', {}, stale),
      () => pauseJob(connection, 'b', {}, stale),
      () => resumeJob(connection, 'b', stale),
    ]) {
      await expect(change()).rejects.toMatchObject({ name: 'ApiError', status: 412 });
    }
    expect(await getJob(connection, 'b')).toMatchObject({ name: 'Other', status: 'active' });
  });

  test('that are wrong are refused with every fault', async () => {
    const error = await make('c', { interval: '5 minutes', payload: { days: 0 } }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({
      status: 422,
      title: 'Unprocessable Content',
      requestId: expect.any(String),
    });
    const faults = error instanceof ApiError ? error.faults.map(({ pointer }) => pointer) : [];
    expect(faults).toContain('/interval');
    await make('c');
    await expect(make('c')).rejects.toMatchObject({ status: 409 });
  });

  test('are listed by page, or one by one', async () => {
    for (let n = 0; n < 5; n += 1) await make(`list-${n}`);
    const first = await listJobs(connection, { q: 'list-', limit: 2, sort: '-id' });
    expect(first.data.map(({ id }) => id)).toEqual(['list-4', 'list-3']);
    const next = await listJobs(connection, {
      q: 'list-',
      limit: 2,
      sort: '-id',
      cursor: first.next_cursor ?? undefined,
    });
    expect(next.data.map(({ id }) => id)).toEqual(['list-2', 'list-1']);
    const all = await Array.fromAsync(eachJob(connection, { q: 'list-', limit: 2 }), ({ id }) => id);
    expect(all).toEqual(['list-0', 'list-1', 'list-2', 'list-3', 'list-4']);
  });

  test('with the longest id have a place, too', async () => {
    const id = `x${'-._'.repeat(42)}z`;
    expect(id).toHaveLength(128);
    await make(id);
    expect((await getJob(connection, id)).id).toBe(id);
  });

  test('take each command from a page of another origin', async () => {
    const page = connect({ url: server.url, headers: { 'sec-fetch-site': 'same-site' } });
    await make('from-page', { on_demand: true, overlap: 'allow' });
    const { id } = await runJob(page, 'from-page');
    await runThatIs(id, 'succeeded');
    await retryRun(page, id);
    await pauseJob(page, 'from-page');
    await resumeJob(page, 'from-page');
    await cancelRun(page, (await enqueue(page, 'greet', {}, { delay: '1h' })).id);
  });

  test('are paused with a reason, and resumed', async () => {
    await make('d', { interval: '1h' });
    const paused = await pauseJob(connection, 'd', { reason: 'Inventory', until: '2999-01-01T00:00:00Z' });
    expect(paused).toMatchObject({
      status: 'paused',
      pause: { reason: 'Inventory', until: '2999-01-01T00:00:00.000Z' },
    });
    expect(await resumeJob(connection, 'd')).toMatchObject({ status: 'active', pause: null });
    expect((await pauseJob(connection, 'd')).status).toBe('paused');
  });
});

describe('runs', () => {
  test('are created, read, listed and logged', async () => {
    await make('e');
    const run = await runJob(connection, 'e', { payload: { name: 'Bob' } });
    expect(runSchema.strict().parse(run)).toEqual(run);
    const done = await runThatIs(run.id, 'succeeded');
    expect(done.result).toEqual({ greeted: 'Bob' });
    expect(await getRunLogs(connection, run.id)).toMatchObject([
      { level: 'info', message: 'about to greet', fields: { name: 'Bob' } },
    ]);
    const second = await runJob(connection, 'e');
    expect(second.id).not.toBe(run.id);
    await runThatIs(second.id, 'succeeded');
    const ids = [second.id, run.id];
    expect((await listJobRuns(connection, 'e', { status: 'succeeded' })).data.map(({ id }) => id)).toEqual(
      ids,
    );
    expect(await Array.fromAsync(eachJobRun(connection, 'e', { limit: 1 }), ({ id }) => id)).toEqual(ids);
    expect((await listRuns(connection, { job_id: 'e', limit: 1 })).data.map(({ id }) => id)).toEqual([
      second.id,
    ]);
    const [current] = await Array.fromAsync(eachJobVersion(connection, 'e', { limit: 1 }));
    expect(current).toEqual(await getJobVersion(connection, 'e', 1));
    expect(current).toMatchObject({ version: 1, replaced_at: null, definition: { id: 'e' } });
    const texts = async (format: 'csv' | 'json') =>
      new Response(await exportRuns(connection, format, { job_id: 'e', status: 'succeeded' })).text();
    expect((await texts('csv')).split('\r\n')).toHaveLength(4);
    expect(
      (await texts('json'))
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).id),
    ).toEqual(ids);
    expect(await listRunFailures(connection, { job_id: 'e' })).toMatchObject({ data: [], run_count: 0 });
    expect(await Array.fromAsync(eachRunFailure(connection, { hours: 1 }))).toEqual([]);
    const { rows } = await getRunTimeline(connection, { q: 'e', steps: 10 });
    expect(rows.find(({ job }) => job?.id === 'e')?.counts.succeeded).toBeGreaterThan(0);
    const since = { job_id: 'e', from: run.queued_at, to: '2999-01-01T00:00:00Z' };
    expect(await Array.fromAsync(eachRun(connection, since), ({ id }) => id)).toEqual(ids);
  });

  test('are one when they are asked for twice with one key', async () => {
    await make('f');
    const [first, again] = [
      await runJob(connection, 'f', { dedupe_key: 'order-66' }),
      await runJob(connection, 'f', { dedupe_key: 'order-66' }),
    ];
    expect(again.id).toBe(first.id);
  });

  test('are cancelled, and run again', async () => {
    await make('g', { type: 'wait', on_demand: true });
    const run = await runJob(connection, 'g');
    await runThatIs(run.id, 'running');
    expect((await cancelRun(connection, run.id)).cancel_requested).toBe(true);
    await runThatIs(run.id, 'cancelled');
    await expect(cancelRun(connection, run.id, { force: true })).rejects.toMatchObject({ status: 409 });
    const again = await retryRun(connection, run.id);
    expect(again.retry_of).toBe(run.id);
    await cancelRun(connection, again.id);
  });

  test('are followed by their log until they end', async () => {
    await make('h', { type: 'wait', on_demand: true });
    const run = await runJob(connection, 'h');
    const lines = Array.fromAsync(followRunLogs(connection, run.id));
    await runThatIs(run.id, 'running');
    await cancelRun(connection, run.id);
    expect(await lines).toEqual([]);
    await make('i');
    const other = await runJob(connection, 'i');
    expect(await Array.fromAsync(followRunLogs(connection, other.id), ({ message }) => message)).toEqual([
      'about to greet',
    ]);
    await expect(Array.fromAsync(followRunLogs(connection, '1'))).rejects.toMatchObject({ status: 404 });
  });

  test('are followed no longer than the follower wants', async () => {
    await make('j', { type: 'wait', on_demand: true });
    const run = await runJob(connection, 'j');
    await runThatIs(run.id, 'running');
    const left = new AbortController();
    const reason = new Error('enough');
    const lines = Array.fromAsync(followRunLogs(connection, run.id, { signal: left.signal }));
    left.abort(reason);
    await expect(lines).rejects.toBe(reason);
    await cancelRun(connection, run.id);
  });
});

describe('the rest', () => {
  test('schedules are tried, types and counts read', async () => {
    const { times, before } = await previewSchedule(connection, { cron: '0 9 * * *', count: 3 });
    expect(times).toHaveLength(3);
    expect(before).toBeNull();
    const types = (await listJobTypes(connection)).map(({ type }) => type);
    expect(types.toSorted()).toEqual(['fail', 'greet', 'keep', 'wait']);
    const stats = await getStats(connection);
    expect(statsSchema.strict().parse(stats)).toEqual(stats);
    const everything = ['read', 'operate', 'admin'];
    expect(await getCaller(connection)).toEqual({
      id: null,
      name: null,
      scope: null,
      policy: null,
      rights: everything,
    });
  });

  test('nodes are listed, drained and resumed', async () => {
    const [node] = await listNodes(connection);
    expect(nodeSchema.strict().parse(node)).toMatchObject({ node: node?.node, health: 'ok' });
    const id = node?.node ?? '';
    expect(await drainNode(connection, id)).toMatchObject({ node: id, health: 'draining' });
    expect(await resumeNode(connection, id)).toMatchObject({ node: id, draining: null });
  });

  test('changes are read, page by page', async () => {
    const [newest] = (await listJobAudit(connection, { limit: 1 })).data;
    expect(auditRowSchema.strict().parse(newest)).toEqual(newest);
    const created = await Array.fromAsync(eachJobAudit(connection, { action: 'job.create', limit: 2 }));
    expect(created.length).toBeGreaterThan(2);
    expect(new Set(created.map(({ id }) => id)).size).toBe(created.length);
    const file = await new Response(await exportJobAudit(connection, { action: 'job.create' })).text();
    expect(file.trim().split('\r\n')).toHaveLength(1 + created.length);
  });

  test('a run can be enqueued without a job of one’s own', async () => {
    const run = await enqueue(connection, 'greet', { name: 'Ann' });
    expect(run).toMatchObject({ job_id: 'enqueued.greet', payload: { name: 'Ann', days: 1 } });
  });

  test('a server that is not there is a connection error', async () => {
    const closed = await listenBriefly();
    const unreachable = connect({ url: closed, retries: 1 });
    const error = await getStats(unreachable).catch((failure: unknown) => failure);
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({ code: 'no_answer', message: expect.stringContaining('ECONNREFUSED') });
  });
});

describe('the fleet', () => {
  test('all jobs are paused and resumed', async () => {
    const until = new Date(Date.now() + 3_600_000).toISOString();
    await pauseAllJobs(connection, { reason: 'maintenance', until });
    expect(await getPauseOfAll(connection)).toMatchObject({ reason: 'maintenance' });
    await resumeAllJobs(connection);
    expect(await getPauseOfAll(connection)).toBeNull();
  });

  test('past slots are run, watched and cancelled', async () => {
    await createJob(connection, { id: 'past', name: 'Past', type: 'greet', cron: '0 * * * *' });
    const from = new Date(Date.now() - 50 * 3_600_000).toISOString();
    expect(await backfillJob(connection, 'past', { from, dry_run: true })).toMatchObject({
      id: null,
      slots: 50,
    });
    await pauseJob(connection, 'past');
    await expect(backfillJob(connection, 'past', { from })).rejects.toMatchObject({ status: 409 });
    await resumeJob(connection, 'past');
    const { id } = await backfillJob(connection, 'past', { from });
    const [newest] = await listBackfills(connection, { job_id: 'past' });
    expect(newest).toMatchObject({ id, slots: 50 });
    const ended = await cancelBackfill(connection, String(id), { cancel_live: true }).catch(() =>
      getBackfill(connection, String(id)),
    );
    expect(ended.waiting).toBe(0);
    expect((await getBackfill(connection, String(id))).job_id).toBe('past');
  });

  test('many jobs and runs are changed by one command', async () => {
    for (const id of ['many-1', 'many-2']) await make(id, { on_demand: true, tags: ['many'] });
    const filter = { tag: 'many' };
    expect(await bulkJobs(connection, { action: 'run', filter, dry_run: true })).toMatchObject({ total: 2 });
    const { id } = await bulkJobs(connection, { action: 'run', filter });
    const command = await vi.waitFor(async () => {
      const found = await getBulkCommand(connection, String(id));
      expect(found).toMatchObject({ status: 'finished', done: 2 });
      return found;
    }, CONDITION_MS);
    expect(bulkCommandSchema.strict().parse(command)).toEqual(command);
    expect((await listBulkCommands(connection, { limit: 1 }))[0]?.id).toBe(id);
    await expect(cancelBulkCommand(connection, String(id))).rejects.toMatchObject({ status: 409 });
    expect(await bulkRuns(connection, { action: 'retry', filter, dry_run: true })).toMatchObject({
      id: null,
      total: 2,
    });
  });

  test('tags, the forecast and the history of counts are read', async () => {
    await make('tagged', { on_demand: true, tags: ['eu'] });
    expect(await listJobTags(connection)).toContainEqual({ tag: 'eu', jobs: 1 });
    expect(await getForecast(connection, { hours: 24 })).toMatchObject({ sampled: false });
    const history = await getJobHistory(connection, {});
    expect(historySchema.strict().parse(history)).toEqual(history);
  });

  test('failures are grouped, and runs exported', async () => {
    await make('failing', { type: 'fail', on_demand: true });
    const run = await runJob(connection, 'failing');
    await runThatIs(run.id, 'failed');
    const [group] = await Array.fromAsync(eachRunFailure(connection));
    expect(group?.sample.id).toBe(run.id);
    expect((await listRunFailures(connection)).data).toHaveLength(1);
  });

  test('calendars are stored, listed, read and deleted', async () => {
    const windows = [{ weekdays: ['sat', 'sun'] as const, from: '00:00', to: '24:00' }];
    const calendar = { windows: windows.map((window) => ({ ...window, weekdays: [...window.weekdays] })) };
    expect(await putCalendar(connection, 'weekends', calendar)).toMatchObject({
      id: 'weekends',
      ...calendar,
    });
    expect(await listCalendars(connection)).toMatchObject([{ id: 'weekends', timezone: 'UTC' }]);
    expect((await getCalendar(connection, 'weekends')).name).toBe('weekends');
    await deleteCalendar(connection, 'weekends');
    await expect(getCalendar(connection, 'weekends')).rejects.toMatchObject({ status: 404 });
  });

  test('secrets are stored, listed without their values, sealed again and deleted', async () => {
    expect(await putSecret(connection, 'API_KEY', 'hunter2')).toEqual({ name: 'API_KEY', created: true });
    expect(await listSecrets(connection)).toMatchObject([{ name: 'API_KEY', jobs: [] }]);
    expect(JSON.stringify(await listSecrets(connection))).not.toContain('hunter2');
    expect(await resealSecrets(connection)).toEqual({ resealed: 0, unreadable: [], next_cursor: null });
    await deleteSecret(connection, 'API_KEY');
    await expect(deleteSecret(connection, 'API_KEY')).rejects.toMatchObject({ status: 404 });
  });

  test('alert channels are made, changed, tested and removed', async () => {
    const config = { url: 'https://alerts.example/hook' };
    await createAlertChannel(connection, { id: 'ops', kind: 'webhook', config });
    expect((await listAlertChannels(connection)).map(({ id }) => id)).toEqual(['ops']);
    expect(await patchAlertChannel(connection, 'ops', { conditions: ['failed'] })).toMatchObject({
      conditions: ['failed'],
    });
    expect(await getAlertChannel(connection, 'ops')).toMatchObject({ conditions: ['failed'] });
    expect(await testAlertChannel(connection, 'ops')).toMatchObject({ delivered: false });
    expect((await listAlertDeliveries(connection)).data).toEqual([]);
    expect(await Array.fromAsync(eachAlertDelivery(connection))).toEqual([]);
    await expect(retryAlertDelivery(connection, '1')).rejects.toMatchObject({ status: 404 });
    await deleteAlertChannel(connection, 'ops');
    expect(await listAlertChannels(connection)).toEqual([]);
  });
});

/** The address of a server that has closed. */
async function listenBriefly(): Promise<string> {
  const { url, close } = await listen(server.engine);
  await close();
  return url;
}

// Must be the last test: it checks the routes that the tests above have called.
test('every route of the API was asked for', async () => {
  const left = new AbortController();
  await jobEvents(connection, {
    signal: left.signal,
    onState: (state) => state === 'open' && left.abort(),
  }).next();
  expect([...server.routes].filter((route) => !server.asked.has(route))).toEqual([]);
  expect(server.routes.size).toBeGreaterThan(15);
});
