import { afterAll, beforeAll, expect, test } from 'vitest';
import { CONDITION_MS } from '../../../../../../scripts/test-deadlines.ts';
import { pageSchema } from '../../../../src/http/fields/page.ts';
import { auditRowSchema } from '../../../../src/http/views/audit.ts';
import { jobSchema } from '../../../../src/http/views/jobs/job.ts';
import { jobVersionSchema } from '../../../../src/http/views/jobs/job-version.ts';
import { bodyOf, createJob, faultAt, jobBody, pointersOf, runJob, runThatIs, send } from '../../requests.ts';
import { type MakeMount, type RestServer, startRestServer } from '../../rest-server.ts';

const ENDS = { end_at: '2035-01-01T00:00:00.000Z', max_runs: 3, spread: '10m' };
const NO_ENDS = { end_at: null, max_runs: null, spread: null, runs_made: null };

/** `end_at`, `max_runs` and `spread` of a schedule (P33, calendars and ends; P34, spread). */
export function endsAndSpread(makeMount: MakeMount): void {
  let server: RestServer;
  beforeAll(async () => {
    server = await startRestServer(makeMount);
  });
  afterAll(() => server.close());

  const patch = (id: string, body: object) => send(server, 'PATCH', `/jobs/${id}`, { body });
  const patched = async (id: string, body: object) => bodyOf(await patch(id, body), 200, jobSchema);

  test('a job has them as written, and says when its next slot is and when it is due', async () => {
    const job = await createJob(server, 'ends-1', { interval: '1h', ...ENDS });
    expect(job).toMatchObject({ ...ENDS, runs_made: 0 });
    const offset = Date.parse(job.next_run ?? '') - Date.parse(job.next_slot ?? '');
    expect(offset).toBeGreaterThanOrEqual(0);
    expect(offset).toBeLessThan(600_000);
    expect(Date.parse(job.next_slot ?? '')).toBe(Date.parse(job.created_at) + 3_600_000);
    const read = bodyOf(await send(server, 'GET', '/jobs/ends-1'), 200, jobSchema);
    expect({ ...read, etag: job.etag }).toEqual(job);
    const plain = await createJob(server, 'ends-2', { interval: '1h' });
    expect(plain).toMatchObject({ ...NO_ENDS, next_slot: plain.next_run });
  });

  test('a PUT of equal values in other words changes nothing', async () => {
    await createJob(server, 'ends-3', { interval: '1h', ...ENDS });
    const body = jobBody('ends-3', {
      interval: '60m',
      ...ENDS,
      end_at: '2035-01-01T01:00:00+01:00',
      spread: '600s',
    });
    const put = bodyOf(await send(server, 'PUT', '/jobs/ends-3', { body }), 200, jobSchema);
    expect(put).toMatchObject({ version: 1, ...ENDS });
  });

  test('a PATCH changes one and keeps the others; null removes it; a PUT without them removes all', async () => {
    const before = await createJob(server, 'ends-4', { interval: '1h', ...ENDS });
    expect(await patched('ends-4', { max_runs: 5 })).toMatchObject({ ...ENDS, max_runs: 5, version: 2 });
    const unspread = await patched('ends-4', { spread: null });
    expect(unspread).toMatchObject({ end_at: ENDS.end_at, spread: null, next_run: before.next_slot });
    expect(await patched('ends-4', { end_at: null, max_runs: null })).toMatchObject(NO_ENDS);
    await patched('ends-4', ENDS);
    const body = jobBody('ends-4', { interval: '1h' });
    const put = bodyOf(await send(server, 'PUT', '/jobs/ends-4', { body }), 200, jobSchema);
    expect(put).toMatchObject({ ...NO_ENDS, next_run: before.next_slot });
  });

  test('another kind of schedule drops them, unless it gets its own', async () => {
    await createJob(server, 'ends-5', { interval: '1h', ...ENDS });
    expect(await patched('ends-5', { cron: '0 3 * * *' })).toMatchObject({ ...NO_ENDS, interval: null });
    expect(await patched('ends-5', { interval: '1h', ...ENDS })).toMatchObject(ENDS);
    expect(await patched('ends-5', { on_demand: true })).toMatchObject(NO_ENDS);
  });

  test('the job finishes after its last run, and a higher max_runs makes it active again', async () => {
    const start = new Date(Date.now() + 300).toISOString();
    await createJob(server, 'ends-6', { interval: '1h', start_at: start, max_runs: 1 });
    const finished = await expectJob('ends-6', { status: 'finished', next_run: null, runs_made: 1 });
    expect(finished.last_status).toBe('succeeded');
    await runThatIs(server, (await runJob(server, 'ends-6')).id, 'succeeded');
    await expectJob('ends-6', { status: 'finished', runs_made: 1 });
    expect(await patched('ends-6', { max_runs: 2 })).toMatchObject({ status: 'active', runs_made: 1 });
  });

  async function expectJob(id: string, fields: object) {
    const read = async () => bodyOf(await send(server, 'GET', `/jobs/${id}`), 200, jobSchema);
    await expect.poll(read, { timeout: CONDITION_MS, interval: 20 }).toMatchObject(fields);
    return read();
  }

  test('versions and the audit log show them', async () => {
    await createJob(server, 'ends-7', { interval: '1h', ...ENDS });
    await patched('ends-7', { max_runs: 4 });
    const versions = pageSchema(jobVersionSchema);
    const { data } = bodyOf(await send(server, 'GET', '/jobs/ends-7/versions'), 200, versions);
    expect(data).toMatchObject([
      { version: 2, definition: { ...ENDS, max_runs: 4 } },
      { version: 1, definition: ENDS },
    ]);
    const changes = pageSchema(auditRowSchema);
    const audit = bodyOf(await send(server, 'GET', '/job-audit?target=ends-7'), 200, changes);
    expect(audit.data[0]).toMatchObject({ change: { endAt: ENDS.end_at, maxRuns: 4, spread: '10m' } });
  });

  test.each([
    ['/end_at', { end_at: 'tomorrow' }, 'RFC 3339'],
    ['/end_at', { end_at: '2034-12-31T00:00:00Z', start_at: '2035-01-01T00:00:00Z' }, 'at or after start_at'],
    ['/end_at', { end_at: '2020-01-01T00:00:00Z' }, 'Give a later time, or leave end_at out'],
    ['/max_runs', { max_runs: 0 }, '1'],
    ['/max_runs', { max_runs: 1.5 }, 'whole number'],
    ['/max_runs', { max_runs: '3' }, 'number'],
    ['/spread', { spread: '0s' }, 'at most the interval, such as 1h'],
    ['/spread', { spread: '-5m' }, 'more than 0'],
    ['/spread', { spread: '61m' }, 'at most the interval, such as 1h'],
    ['/spread', { spread: 600 }, 'For 600 seconds, write "600s"'],
    ['/spread', { interval: undefined, cron: '0 3 * * *', spread: '25h' }, 'at most 24h'],
    ['/spread', { interval_mode: 'fixed_delay', spread: '10m' }, '"interval_mode": "fixed_delay"'],
    [
      '/spread',
      { interval: undefined, run_at: '2035-01-01T00:00:00Z', spread: '10m' },
      'interval, cron or rrule',
    ],
    ['/max_runs', { interval: undefined, on_demand: true, max_runs: 3 }, 'interval, cron, rrule or after'],
    [
      '/end_at',
      { interval: undefined, on_demand: true, end_at: ENDS.end_at },
      'interval, cron, rrule or after',
    ],
  ])('refuses a bad %s: %j', async (pointer, fields, detail) => {
    const body = jobBody('ends-bad', { interval: '1h', ...fields });
    const answer = await send(server, 'POST', '/jobs', { body });
    expect(pointersOf(answer)).toEqual([pointer]);
    expect(faultAt(answer, pointer)).toContain(detail);
  });
}
