import { expect, test } from 'vitest';
import { commandLine } from './command-line.ts';

const { run, done, doneWith } = commandLine();

const HOLIDAYS = `timezone: Europe/Berlin
windows:
  - weekdays: [sat, sun]
  - weekdays: [mon]
    from: "22:00"
    to: "06:00"
  - from_date: 12-24
    to_date: 01-01
  - start_at: 2036-04-14T00:00
    end_at: 2036-04-15T00:00
`;
const WORDS = 'sat,sun; mon 22:00–06:00; 12-24–01-01 each year; 2036-04-14T00:00–2036-04-15T00:00';

// Promise P33, calendars and ends.
test('a calendar is saved from YAML, listed, shown as YAML that can be saved again, and deleted', async () => {
  expect(await doneWith(HOLIDAYS, 'calendars', 'set', 'holidays', '-')).toBe(
    `holidays is saved, with ${WORDS}.\n`,
  );
  expect(await done('calendars', 'list')).toMatch(/^ID.*\nholidays +holidays +Europe\/Berlin/);
  const yaml = await done('calendars', 'show', 'holidays');
  expect(await doneWith(yaml, 'calendars', 'set', 'holidays', '-')).toContain(WORDS);
  expect((await run(['calendars', 'delete', 'holidays'])).code).toBe(2);
  expect(await done('calendars', 'delete', 'holidays', '--yes')).toBe('holidays is deleted.\n');
  expect((await run(['calendars', 'show', 'holidays'])).code).toBe(5);
});

test.each([
  ['a list', '[]', 'has no calendar'],
  ['YAML with a fault', 'windows: [', 'has no calendar'],
  ['no windows', 'timezone: UTC', 'windows'],
  ['a window of no kind', 'windows: [{}]', 'a window with weekdays'],
])('a file with %s is refused with what to give', async (_name, text, told) => {
  const { code, stderr } = await run(['calendars', 'set', 'faulty', '-'], text);
  expect(code).not.toBe(0);
  expect(stderr).toContain(told);
});

test('a file with several faults is refused with all of them', async () => {
  const windows =
    'windows: [{ weekdays: [saturday], from: 9 }, { from_date: 02-30 }, { weekdays: [mon], to_date: 01-01 }]';
  const { stderr } = await run(['calendars', 'set', 'faulty', '-'], `timezone: Berlin\n${windows}`);
  const [first, ...faults] = stderr.trimEnd().split('\n');
  expect(first).toBe('The request PUT /calendars/{calendar_id} is not valid.');
  expect(faults.map((line) => line.trim().split(' ')[0]).toSorted()).toEqual([
    '/timezone',
    '/windows/0/from',
    '/windows/0/weekdays/0',
    '/windows/1/from_date',
    '/windows/2/to_date',
  ]);
});

test.each(['show', 'delete'])(
  '%s of a calendar that does not exist says how to list them',
  async (command) => {
    const flags = command === 'delete' ? ['--yes'] : [];
    expect(await run(['calendars', command, 'nope', ...flags])).toMatchObject({
      code: 5,
      stderr:
        'There is no calendar with the id "nope".\nTo list what exists, run greenvue-jobs calendars list\n',
    });
  },
);

test('a job gets a calendar, shows it, and loses it', async () => {
  await doneWith('windows: [{ weekdays: [sat, sun] }]', 'calendars', 'set', 'weekends', '-');
  const job = ['--name', 'Report', '--type', 'greet', '--cron', '0 3 * * *'];
  await done('jobs', 'create', 'report', ...job, '--calendar', 'skip:weekends');
  expect(await done('jobs', 'show', 'report')).toMatch(/^Calendar +weekends \(skip\)$/m);
  const yaml = await done('jobs', 'show', 'report', '--yaml');
  expect(yaml).toContain('calendar:\n    id: weekends\n    mode: skip\n');
  expect(await doneWith(yaml, 'jobs', 'apply', '-f', '-')).toMatch(/unchanged/i);
  const edited = await done('jobs', 'edit', 'report', '--calendar', 'move:weekends');
  expect(edited).toMatch(/^\+ +mode: move$/m);
  expect((await run(['calendars', 'delete', 'weekends', '--yes'])).stderr).toContain('report');
  await done('jobs', 'edit', 'report', '--reset', 'calendar');
  await done('calendars', 'delete', 'weekends', '--yes');
  const { code, stderr } = await run(['jobs', 'edit', 'report', '--calendar', 'weekends']);
  expect(code).toBe(2);
  expect(stderr).toContain('such as skip:holidays');
});
