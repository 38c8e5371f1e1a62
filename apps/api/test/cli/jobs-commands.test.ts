import type { CliContext } from '@greenvue/jobs-cli';
import { createTestContext, type TestScreen } from '@greenvue/jobs-cli/testing';
import { run } from '@stricli/core';
import { expect, test } from 'vitest';
import { createGreenvue } from '../../src/cli/greenvue-application.ts';
import { GREENVUE_PROGRAM } from '../../src/cli/greenvue-program.ts';
import { listOf, partOf, textOf } from '../../src/testing/test-bodies.ts';
import { type Greenvue, useGreenvue } from '../../src/testing/test-greenvue.ts';

const server = useGreenvue();

const CREATE = [
  'jobs',
  'create',
  'nightly',
  '--name',
  'Clean up',
  '--type',
  'cleanup_expired_listings',
  '--interval',
  '24h',
];

test('a job is created, shown, listed, previewed, paused, resumed and deleted', async () => {
  const greenvue = server();
  const created = await greenvue.run(...CREATE, '--payload', '{"days_old":7}', '--backoff-initial', '5s');
  expect(created).toEqual({
    code: 0,
    stdout: expect.stringMatching(
      /^nightly is created\. Its next run is at \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ \(in 23 h 59 min\)\.\n$/,
    ),
    stderr: '',
  });
  expect(await greenvue.json('jobs', 'show', 'nightly')).toMatchObject({
    id: 'nightly',
    payload: { days_old: 7 },
    backoff: { initial: '5s', max: '1h' },
  });
  const shown = await greenvue.done('jobs', 'show', 'nightly');
  expect(shown).toMatch(/^Job +nightly\nName +Clean up\nType +cleanup_expired_listings\nState +ok\n/);
  expect(shown).toContain('{"days_old":7}');
  expect(shown).toMatch(/\n\nThe job has no runs yet\.\n$/);

  await greenvue.done(
    'jobs',
    'create',
    'other',
    '--name',
    'Other',
    '--type',
    'update_search_index',
    '--on-demand',
  );
  expect(await greenvue.done('jobs', 'list')).toMatch(
    /^JOB +STATE +SCHEDULE +NEXT RUN +LAST RUN +NAME +TYPE +ORIGIN +TAGS *\nnightly +ok +every 24h +in 23 h 59 min +- +Clean up +cleanup_expired_listings *\nother +ok +on demand +- +- +Other +update_search_index *\n$/,
  );
  const page = await greenvue.run('jobs', 'list', '--limit', '1', '--reverse', '--json');
  expect(JSON.parse(page.stdout)).toMatchObject({
    data: [{ id: 'other' }],
    next_cursor: expect.any(String),
  });
  expect(page.stderr).toMatch(/^Showing 1 rows; there are more\. Use --limit 10 or --limit all\.\n$/);
  expect(await greenvue.json('jobs', 'list', '--search', 'CLEAN')).toMatchObject({
    data: [{ id: 'nightly' }],
    next_cursor: null,
  });
  expect(await greenvue.run('jobs', 'list', '--status', 'paused')).toEqual({
    code: 0,
    stdout: '',
    stderr: 'There are no such jobs.\n',
  });
  expect(await greenvue.json('jobs', 'list', '--status', 'paused')).toEqual({
    data: [],
    next_cursor: null,
  });

  const times = (await greenvue.done('jobs', 'preview', 'nightly', '--count', '2')).split('\n');
  expect(times).toHaveLength(3);
  expect(await greenvue.done('jobs', 'preview', 'nightly', '--interval', '1h', '-n', '1')).toMatch(
    /^The next run moves from .* to .*\.\n.*\n$/,
  );
  expect(await greenvue.json('jobs', 'preview', '--cron', '0 3 * * *', '-n', '3')).toMatchObject({
    before: null,
    times: [expect.stringContaining('T03:00:00.000Z'), expect.anything(), expect.anything()],
  });

  expect(await greenvue.done('jobs', 'pause', 'nightly', '--reason', 'Inventory')).toBe(
    'nightly is paused. To resume it, run greenvue jobs resume nightly.\n',
  );
  expect(await greenvue.done('jobs', 'show', 'nightly')).toMatch(
    /State +paused.*\nPaused +.* by token:.*: Inventory\n(.*\n)*Next run +none while the job is paused/,
  );
  expect(await greenvue.done('jobs', 'resume', 'nightly')).toMatch(
    /^nightly is resumed\. Its next run is at /,
  );

  const refused = await greenvue.run('jobs', 'delete', 'nightly');
  expect(refused).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('--yes') });
  expect(await greenvue.done('jobs', 'delete', 'nightly', '--yes')).toBe('nightly is deleted.\n');
  expect(await greenvue.run('jobs', 'delete', 'other', '--yes', '--json')).toEqual({
    code: 0,
    stdout: '',
    stderr: '',
  });
  expect((await greenvue.run('jobs', 'show', 'nightly')).code).toBe(5);
});

test('an edit shows what changes and where the next run moves, and saves it', async () => {
  const greenvue = server();
  await greenvue.done(...CREATE);
  const edited = await greenvue.done(
    'jobs',
    'edit',
    'nightly',
    '--interval',
    '10m',
    '--name',
    'Cleaner',
    '--yes',
  );
  expect(edited.split('\n')).toEqual([
    '--- nightly (now)',
    '+++ nightly (edited)',
    expect.stringMatching(/^@@ /),
    ' id: nightly',
    '-name: Clean up',
    '+name: Cleaner',
    ' description: ""',
    ' type: cleanup_expired_listings',
    '-interval: 24h',
    '+interval: 10m',
    ' interval_mode: fixed_rate',
    ' payload:',
    expect.stringMatching(/^The next run moves from .* to .* \(in .*\)\.$/),
    expect.stringMatching(/^nightly is saved\. Its next run is at .* \(in 9 min .*\)\.$/),
    '',
  ]);
  expect(await greenvue.done('jobs', 'edit', 'nightly', '--interval', '600s')).toBe(
    'nightly already has these values: nothing to change.\n',
  );
  // Another kind of schedule, parts of the backoff, and defaults again.
  await greenvue.done(
    'jobs',
    'edit',
    'nightly',
    '--max-attempts',
    '7',
    '--backoff-initial',
    '1s',
    '--overlap',
    'queue',
  );
  const saved = await greenvue.json(
    'jobs',
    'edit',
    'nightly',
    '--cron',
    '0 3 * * *',
    '--backoff-max',
    '5m',
    '--reset',
    'max_attempts,overlap',
  );
  expect(saved).toMatchObject({
    cron: '0 3 * * *',
    interval: null,
    max_attempts: 3,
    overlap: 'skip',
    backoff: { initial: '1s', max: '5m' },
  });
  expect(await greenvue.run('jobs', 'edit', 'nightly')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^Give at least one field to edit: greenvue jobs edit nightly --interval/),
  });
});

const atTerminal = ({ url, token }: Greenvue, answer: boolean) =>
  createTestContext({ url, token, answer, program: GREENVUE_PROGRAM });

/** Runs a command in this process, and returns its exit code and the last line of stderr. */
async function runIn(context: CliContext & { readonly err: TestScreen }, ...words: readonly string[]) {
  await run(createGreenvue(), words, context);
  return { code: context.process.exitCode, last: context.err.lines().at(-1) };
}

test('on a terminal, an edit and a delete are asked for first, and a no changes nothing', async () => {
  const greenvue = server();
  await greenvue.done(...CREATE);

  const no = atTerminal(greenvue, false);
  expect(await runIn(no, 'jobs', 'edit', 'nightly', '--interval', '1h')).toEqual({
    code: 1,
    last: 'Nothing was changed.',
  });
  expect(no.questions).toEqual(['Save the change?']);
  // Coloured as a diff.
  expect(no.out.written()).toContain(
    '\u001b[31m-interval: 24h\u001b[39m\n\u001b[32m+interval: 1h\u001b[39m\n',
  );
  const again = atTerminal(greenvue, false);
  expect(await runIn(again, 'jobs', 'delete', 'nightly')).toEqual({
    code: 1,
    last: 'Nothing was deleted.',
  });
  expect(again.err.lines()[0]).toMatch(
    /^nightly \(Clean up\) stops at once, and its live runs are cancelled\.$/,
  );
  expect(partOf(await greenvue.json('jobs', 'show', 'nightly'), 'interval')).toBe('24h');

  const yes = atTerminal(greenvue, true);
  await runIn(yes, 'jobs', 'edit', 'nightly', '--interval', '1h');
  expect(yes.out.lines().at(-1)).toMatch(/^nightly is saved\./);
  await runIn(yes, 'jobs', 'delete', 'nightly');
  expect(yes.out.lines().at(-1)).toBe('nightly is deleted.');
  expect(listOf(await greenvue.json('jobs', 'list'), 'data')).toEqual([]);
});

test('an edit that nobody is asked about is saved, though its reader has gone away', async () => {
  const greenvue = server();
  await greenvue.done(...CREATE);
  const edit = greenvue.start('jobs', 'edit', 'nightly', '--interval', '1h');
  edit.child.stdout?.destroy();
  await edit.ended();
  expect(partOf(await greenvue.json('jobs', 'show', 'nightly'), 'interval')).toBe('1h');
});

test('an edit that was answered too late is a conflict, not a change', async () => {
  const greenvue = server();
  await greenvue.done(...CREATE);
  const context = atTerminal(greenvue, true);
  const slow = {
    ...context,
    ask: async () => {
      await greenvue.done('jobs', 'edit', 'nightly', '--name', 'Of somebody else');
      return true;
    },
  };
  expect(await runIn(slow, 'jobs', 'edit', 'nightly', '--interval', '1h')).toEqual({
    code: 6,
    last: expect.stringContaining('Read it again'),
  });
  expect(await greenvue.json('jobs', 'show', 'nightly')).toMatchObject({
    interval: '24h',
    name: 'Of somebody else',
  });
});

test('a job is created from a file, and printed as one', async () => {
  const greenvue = server();
  const file = greenvue.file(
    'job.yaml',
    'id: mails\nname: Mails\ntype: send_notifications\ncron: "30 8 * * 1-5"\ntimezone: Europe/Berlin\n',
  );
  await greenvue.done('jobs', 'create', '-f', file);
  const yaml = await greenvue.done('jobs', 'show', 'mails', '--yaml');
  expect(yaml).toMatch(/^- id: mails\n {2}name: Mails\n/);
  const again = greenvue.file('again.yaml', yaml);
  expect(await greenvue.done('jobs', 'apply', '-f', again)).toBe('unchanged mails\nApplied: 1 unchanged.\n');
  expect(await greenvue.run('jobs', 'create', '-f', again)).toMatchObject({ code: 6 });
  expect(await greenvue.run('jobs', 'create', '-f', again, '--name', 'X')).toMatchObject({ code: 2 });
  expect(await greenvue.run('jobs', 'create', 'mails')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^Add --name, --type\. A job needs an id, --name, --type and a schedule/),
  });
  expect(textOf(await greenvue.json('jobs', 'show', 'mails'), 'timezone')).toBe('Europe/Berlin');
});
