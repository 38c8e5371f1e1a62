import { afterAll, beforeAll, expect, test } from 'vitest';
import { pageSchema } from '../../../../src/http/fields/page.ts';
import { jobSchema } from '../../../../src/http/views/jobs/job.ts';
import { jobVersionSchema } from '../../../../src/http/views/jobs/job-version.ts';
import { previewSchema } from '../../../../src/http/views/jobs/preview.ts';
import { bodyOf, createJob, faultAt, jobBody, pointersOf, send } from '../../requests.ts';
import { type MakeMount, type RestServer, startRestServer } from '../../rest-server.ts';

const BIWEEKLY = {
  interval: undefined,
  rrule: 'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;BYHOUR=9',
  timezone: 'Europe/Berlin',
  start_at: '2036-01-07T00:00:00.000Z',
};

/** Recurrence rules as a kind of schedule (P2, schedule). The ids are rows of decision 41. */
export function recurrence(makeMount: MakeMount): void {
  let server: RestServer;
  beforeAll(async () => {
    server = await startRestServer(makeMount);
  });
  afterAll(() => server.close());

  const patched = async (id: string, body: object) =>
    bodyOf(await send(server, 'PATCH', `/jobs/${id}`, { body }), 200, jobSchema);

  test('a job has its rule as written, and a PUT of the same rule in other words changes nothing', async () => {
    const job = await createJob(server, 'rule-1', BIWEEKLY);
    const { interval: _, ...fields } = BIWEEKLY;
    expect(job).toMatchObject({
      ...fields,
      interval: null,
      cron: null,
      next_run: '2036-01-07T08:00:00.000Z',
    });
    const other = { ...BIWEEKLY, rrule: 'RRULE:BYHOUR=09; BYDAY=MO; freq=weekly; INTERVAL=2' };
    const body = jobBody('rule-1', other);
    expect(bodyOf(await send(server, 'PUT', '/jobs/rule-1', { body }), 200, jobSchema)).toMatchObject({
      ...fields,
      version: 1,
    });
  });

  test('a preview shows its slots, also of an edit', async () => {
    const times = async (body: object) =>
      bodyOf(await send(server, 'POST', '/job-preview', { body }), 200, previewSchema).times;
    expect(await times({ ...BIWEEKLY, count: 3 })).toEqual([
      '2036-01-07T08:00:00.000Z',
      '2036-01-21T08:00:00.000Z',
      '2036-02-04T08:00:00.000Z',
    ]);
    await createJob(server, 'rule-2', BIWEEKLY);
    expect(await times({ job_id: 'rule-2', timezone: 'UTC', max_runs: 1 })).toEqual([
      '2036-01-07T09:00:00.000Z',
    ]);
  });

  test('Q14: another kind of schedule replaces a rule and what went with it, and the other way round', async () => {
    await createJob(server, 'rule-3', BIWEEKLY);
    const none = { start_at: null, end_at: null, max_runs: null, spread: null };
    expect(await patched('rule-3', { cron: '0 3 * * *' })).toMatchObject({
      ...none,
      rrule: null,
      timezone: 'UTC',
    });
    const rrule = 'FREQ=DAILY;BYHOUR=9';
    expect(await patched('rule-3', { rrule })).toMatchObject({ ...none, rrule, cron: null, timezone: 'UTC' });
    expect(await patched('rule-3', { timezone: 'Asia/Tokyo' })).toMatchObject({
      rrule,
      timezone: 'Asia/Tokyo',
    });
    const versions = pageSchema(jobVersionSchema);
    const { data } = bodyOf(await send(server, 'GET', '/jobs/rule-3/versions'), 200, versions);
    expect(data[0]).toMatchObject({ version: 4, definition: { rrule, timezone: 'Asia/Tokyo' } });
  });

  test('Q2: start_at cannot be taken from a rule that counts from it', async () => {
    await createJob(server, 'rule-4', BIWEEKLY);
    const answer = await send(server, 'PATCH', '/jobs/rule-4', { body: { start_at: null } });
    expect(faultAt(answer, '/rrule')).toBe('INTERVAL=2 needs start_at, from which the intervals count');
  });

  test.each([
    ['/rrule', { rrule: 'FREQ=DAILY;COUNT=3' }, 'give the number of runs as max_runs'],
    ['/rrule', { rrule: 'FREQ=DAILY;UNTIL=20370101T000000Z' }, 'give the end as end_at'],
    ['/rrule', { rrule: 'DTSTART:20360107T000000Z\nRRULE:FREQ=DAILY' }, 'give the start as start_at'],
    ['/rrule', { rrule: '' }, 'must not be empty'],
    ['/rrule', { rrule: 'x'.repeat(501) }, '500'],
    ['/timezone', { timezone: 'Mars/Olympus' }, 'IANA'],
    [
      '/end_at',
      { end_at: '2036-01-07T07:00:00Z' },
      'first slot of the rule, such as 2036-01-07T08:00:00.000Z',
    ],
    ['/interval_mode', { interval_mode: 'fixed_delay' }, 'only goes with interval'],
  ])('Q1: refuses a bad %s: %j', async (pointer, fields, detail) => {
    const body = jobBody('rule-bad', { ...BIWEEKLY, ...fields });
    const answer = await send(server, 'POST', '/jobs', { body });
    expect(pointersOf(answer)).toEqual([pointer]);
    expect(faultAt(answer, pointer)).toContain(detail);
  });

  test('a job has one kind of schedule', async () => {
    const body = jobBody('rule-bad', { ...BIWEEKLY, cron: '0 3 * * *' });
    expect(pointersOf(await send(server, 'POST', '/jobs', { body }))).toEqual(['/cron', '/rrule']);
  });
}
