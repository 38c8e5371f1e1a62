import { afterAll, beforeAll, expect, test } from 'vitest';
import { calendarSchema, calendarsSchema } from '../../../src/http/views/calendar.ts';
import { jobSchema } from '../../../src/http/views/jobs/job.ts';
import { bodyOf, createJob, faultAt, pointersOf, problemOf, send } from '../requests.ts';
import { type MakeMount, type RestServer, startRestServer } from '../rest-server.ts';

const WEEKENDS = { name: 'Weekends', timezone: 'Europe/Berlin', windows: [{ weekdays: ['sat', 'sun'] }] };

// Promise P33, calendars and ends.
export function calendars(makeMount: MakeMount): void {
  let server: RestServer;
  beforeAll(async () => {
    server = await startRestServer(makeMount);
  });
  afterAll(() => server.close());

  const put = (id: string, body: object) => send(server, 'PUT', `/calendars/${id}`, { body });

  test('a calendar is created, replaced, listed, read and deleted', async () => {
    const created = await put('weekends', WEEKENDS);
    expect(created.headers.location).toMatch(/\/calendars\/weekends$/);
    const full = [{ weekdays: ['sat', 'sun'], from: '00:00', to: '24:00' }];
    expect(bodyOf(created, 201, calendarSchema)).toMatchObject({ ...WEEKENDS, windows: full });
    const windows = [
      { from_date: '12-24', to_date: '01-01' },
      { start_at: '2030-01-31T09:00', end_at: '2030-01-31T17:00:00Z' },
    ];
    const replaced = bodyOf(await put('weekends', { windows }), 200, calendarSchema);
    expect(replaced).toMatchObject({ id: 'weekends', name: 'weekends', timezone: 'UTC', windows });
    const { data } = bodyOf(await send(server, 'GET', '/calendars'), 200, calendarsSchema);
    expect(data).toEqual([replaced]);
    expect(bodyOf(await send(server, 'GET', '/calendars/weekends'), 200, calendarSchema)).toEqual(replaced);
    expect((await send(server, 'DELETE', '/calendars/weekends')).statusCode).toBe(204);
    problemOf(await send(server, 'GET', '/calendars/weekends'), 404);
    problemOf(await send(server, 'DELETE', '/calendars/weekends'), 404);
  });

  test('faults point at fields as the request has them', async () => {
    const windows = [{ weekdays: ['mon'], from_date: '12-24' }, { start_at: '2030-01-31T09:00' }, {}];
    expect(pointersOf(await put('faulty', { windows }))).toEqual([
      '/windows/0/from_date',
      '/windows/1/end_at',
      '/windows/2',
    ]);
    expect(pointersOf(await put('faulty', { timezone: 'Berlin', windows: WEEKENDS.windows }))).toEqual([
      '/timezone',
    ]);
    expect(pointersOf(await put('a b', WEEKENDS))).toEqual(['/calendar_id']);
    const always = { windows: [{ from_date: '01-01', to_date: '12-31' }] };
    expect(pointersOf(await put('always', always))).toEqual(['/windows']);
  });

  test('an answer has the faults of all windows, with what to do about each', async () => {
    const windows = [
      { weekdays: ['saturday'], from: '25:00' },
      { weekdays: ['mon'], from_date: '12-24' },
      { from_date: '02-30' },
      { fromDate: '12-24' },
    ];
    const answer = await put('faulty', { timezone: 'Berlin', windows });
    expect(pointersOf(answer).toSorted()).toEqual([
      '/timezone',
      '/windows/0/from',
      '/windows/0/weekdays/0',
      '/windows/1/from_date',
      '/windows/2/from_date',
      '/windows/3/fromDate',
    ]);
    expect(problemOf(answer, 422).detail).toBe('The request PUT /calendars/{calendar_id} is not valid.');
    expect(faultAt(answer, '/windows/1/from_date')).toBe(
      'does not go with weekdays: a window is of one kind: weekdays (with from and to), from_date (with to_date), or start_at with end_at',
    );
    expect(faultAt(answer, '/windows/2/from_date')).toMatch(/got "02-30"\. No year has this day$/);
    expect(faultAt(answer, '/windows/3/fromDate')).toBe('unknown field; did you mean from_date?');
    expect(faultAt(await put('faulty', { windows: [] }), '/windows')).toBe('must have at least 1 item');
  });

  test('a job names a calendar, which then stays', async () => {
    await put('nights', { windows: [{ weekdays: ['mon'], to: '06:00' }] });
    const calendar = { id: 'nights', mode: 'skip' };
    const created = await createJob(server, 'named', { type: 'greet', interval: '1h', calendar });
    expect(created.calendar).toEqual(calendar);
    expect(problemOf(await send(server, 'DELETE', '/calendars/nights'), 409).detail).toContain('"named"');
    const patch = (body: object) => send(server, 'PATCH', '/jobs/named', { body });
    expect(faultAt(await patch({ calendar: { id: 'none', mode: 'move' } }), '/calendar/id')).toMatch(
      /no calendar with the id "none"/,
    );
    expect(pointersOf(await patch({ calendar: { id: 'nights', mode: 'wait' } }))).toEqual(['/calendar/mode']);
    const moved = bodyOf(await patch({ calendar: { id: 'nights', mode: 'move' } }), 200, jobSchema);
    expect(moved.calendar).toEqual({ id: 'nights', mode: 'move' });
    const body = { interval: '1h', calendar, count: 3 };
    expect((await send(server, 'POST', '/job-preview', { body })).statusCode).toBe(200);
    expect(bodyOf(await patch({ calendar: null }), 200, jobSchema).calendar).toBeNull();
    expect((await send(server, 'DELETE', '/calendars/nights')).statusCode).toBe(204);
  });
}
