import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { commandLine } from './command-line.ts';

const { run, done } = commandLine();

const RULE = 'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;BYHOUR=9';
const BIWEEKLY = ['--rrule', RULE, '--timezone', 'Europe/Berlin', '--start-at', '2036-01-07T00:00:00Z'];

// Promise P2, schedule.
test('a job is made with a recurrence rule, shown, applied from a file and edited', async () => {
  await done('jobs', 'create', 'report', '--name', 'Report', '--type', 'greet', ...BIWEEKLY);
  const shown = await done('jobs', 'show', 'report');
  expect(shown).toContain(`${RULE} (Europe/Berlin)`);
  expect(shown).toMatch(/^Next run +2036-01-07 08:00:00Z/m);
  expect(await done('jobs', 'list')).toContain(RULE);
  const yaml = await done('jobs', 'show', 'report', '--yaml');
  expect(yaml).toContain(`rrule: ${RULE}`);
  const folder = mkdtempSync(join(tmpdir(), 'greenvue-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'jobs.yaml');
  writeFileSync(file, yaml);
  expect(await done('jobs', 'apply', '-f', file)).toMatch(/unchanged/i);
  writeFileSync(file, yaml.replace(/INTERVAL=2/, 'INTERVAL=3'));
  expect(await done('jobs', 'apply', '-f', file)).toMatch(
    /-rrule: .*INTERVAL=2.*\n {2}\+rrule: .*INTERVAL=3/,
  );
  const edited = await done('jobs', 'edit', 'report', '--cron', '0 3 * * *');
  expect(edited).toMatch(/^-rrule: /m);
  expect(edited).toMatch(/^-timezone: Europe\/Berlin\n[\s\S]*^\+timezone: UTC$/m);
});

test('a preview shows the slots of a rule, or says what is wrong with it', async () => {
  const lines = (await done('jobs', 'preview', ...BIWEEKLY, '--count', '2')).trimEnd().split('\n');
  expect(lines.map((line) => line.slice(0, 20))).toEqual(['2036-01-07 08:00:00Z', '2036-01-21 08:00:00Z']);
  const { code, stderr } = await run(['jobs', 'preview', '--rrule', RULE]);
  expect(code).not.toBe(0);
  expect(stderr).toContain('INTERVAL=2 needs start_at');
});
