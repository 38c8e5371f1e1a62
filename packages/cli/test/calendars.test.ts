import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApplication } from '../src/application.ts';
import { JOBS_PROGRAM } from '../src/jobs-program.ts';
import { runInPipes } from '../src/testing/index.ts';
import { type Host, startHost, TOKEN } from './host.ts';

let host: Host;
beforeAll(async () => {
  host = await startHost();
});
afterAll(() => host.close());

const run = (words: readonly string[], stdin = '') =>
  runInPipes({
    program: JOBS_PROGRAM,
    application: createApplication(JOBS_PROGRAM),
    env: { JOBS_URL: host.url, JOBS_TOKEN: TOKEN },
    words,
    stdin,
  });
const done = async (words: readonly string[], stdin = '') => {
  const { code, stdout, stderr } = await run(words, stdin);
  expect(code, stderr).toBe(0);
  return stdout;
};

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
  expect(await done(['calendars', 'set', 'holidays', '-'], HOLIDAYS)).toBe(
    `holidays is saved, with ${WORDS}.\n`,
  );
  expect(await done(['calendars', 'list'])).toMatch(/^ID.*\nholidays +holidays +Europe\/Berlin/);
  const yaml = await done(['calendars', 'show', 'holidays']);
  expect(await done(['calendars', 'set', 'holidays', '-'], yaml)).toContain(WORDS);
  expect((await run(['calendars', 'delete', 'holidays'])).code).toBe(2);
  expect(await done(['calendars', 'delete', 'holidays', '--yes'])).toBe('holidays is deleted.\n');
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

test('a job gets a calendar, shows it, and loses it', async () => {
  await done(['calendars', 'set', 'weekends', '-'], 'windows: [{ weekdays: [sat, sun] }]');
  const job = ['--name', 'Report', '--type', 'greet', '--cron', '0 3 * * *'];
  await done(['jobs', 'create', 'report', ...job, '--calendar', 'skip:weekends']);
  expect(await done(['jobs', 'show', 'report'])).toMatch(/^Calendar +weekends \(skip\)$/m);
  const yaml = await done(['jobs', 'show', 'report', '--yaml']);
  expect(yaml).toContain('calendar:\n    id: weekends\n    mode: skip\n');
  expect(await done(['jobs', 'apply', '-f', '-'], yaml)).toMatch(/unchanged/i);
  const edited = await done(['jobs', 'edit', 'report', '--calendar', 'move:weekends']);
  expect(edited).toMatch(/^\+ +mode: move$/m);
  expect((await run(['calendars', 'delete', 'weekends', '--yes'])).stderr).toContain('report');
  await done(['jobs', 'edit', 'report', '--reset', 'calendar']);
  await done(['calendars', 'delete', 'weekends', '--yes']);
  const { code, stderr } = await run(['jobs', 'edit', 'report', '--calendar', 'weekends']);
  expect(code).toBe(2);
  expect(stderr).toContain('such as skip:holidays');
});
