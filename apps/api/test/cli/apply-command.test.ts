import { expect, test } from 'vitest';
import { listOf, partOf } from '../../src/testing/test-bodies.ts';
import { useGreenvue } from '../../src/testing/test-greenvue.ts';

const server = useGreenvue();

const JOBS = `jobs:
  - id: nightly
    name: Clean up
    type: cleanup_expired_listings
    cron: "0 3 * * *"
    timezone: Europe/Berlin
  - id: mails
    name: Mails
    type: send_notifications
    interval: 60m
    payload:
      batchSize: 100
`;

test('a file is applied: a dry run shows it, the real one does it, and again it changes nothing', async () => {
  const greenvue = server();
  const file = greenvue.file('jobs.yaml', JOBS);
  const dry = await greenvue.done('jobs', 'apply', '-f', file, '--dry-run');
  expect(dry).toMatch(
    /^would be created nightly, next run .*\n {2}--- \/dev\/null\n {2}\+\+\+ nightly \(.*jobs\.yaml\)\n/,
  );
  expect(dry).toContain('  +cron: 0 3 * * *\n');
  expect(dry).toMatch(/\nDry run, nothing was changed: 2 created\.\n$/);
  expect(listOf(await greenvue.json('jobs', 'list'), 'data')).toEqual([]);

  expect(await greenvue.done('jobs', 'apply', '-f', file)).toMatch(/\nApplied: 2 created\.\n$/);
  expect(await greenvue.done('jobs', 'apply', '-f', file)).toBe(
    'unchanged nightly\nunchanged mails\nApplied: 2 unchanged.\n',
  );
  // Equal in value is equal.
  const sameFile = greenvue.file(
    'same.yaml',
    JOBS.replace('60m', '1h').replace('- id: mails', '- overlap: skip\n    id: mails'),
  );
  expect(await greenvue.done('jobs', 'apply', '-f', sameFile)).toContain('Applied: 2 unchanged.');

  const other = greenvue.file(
    'other.yaml',
    JOBS.replace('60m', '30m').replace('      batchSize: 100\n', '      batchSize: 20\n'),
  );
  const before = await greenvue.json('jobs', 'show', 'mails');
  expect(await greenvue.done('jobs', 'apply', '-f', other, '--dry-run')).toMatch(
    /\nwould be changed mails, next run .*\n(.*\n)* {2}-interval: 60m\n {2}\+interval: 30m\n(.*\n)* {2}- {2}batchSize: 100\n {2}\+ {2}batchSize: 20\n/,
  );
  expect(await greenvue.json('jobs', 'show', 'mails')).toEqual(before);
  expect(await greenvue.json('jobs', 'apply', '-f', other)).toEqual({
    data: [
      { id: 'nightly', outcome: 'unchanged', next_run: expect.any(String), diff: null, fault: null },
      {
        id: 'mails',
        outcome: 'changed',
        next_run: expect.any(String),
        diff: expect.stringContaining('\n-interval: 60m\n+interval: 30m\n'),
        fault: null,
      },
    ],
  });
  expect(await greenvue.json('jobs', 'show', 'mails')).toMatchObject({
    interval: '30m',
    payload: { batchSize: 20 },
  });
});

test('a job that fails does not keep the others from being applied, and is not half applied', async () => {
  const greenvue = server();
  const good = (count: number): string =>
    Array.from(
      { length: count },
      (_, at) => `- { id: good-${at}, name: Good, type: update_search_index, interval: ${at + 1}h }\n`,
    ).join('');
  const file = greenvue.file(
    'jobs.yaml',
    `${good(12)}- { id: bad, name: Bad, type: update_search_index, interval: 5 minutes, payload: { no: 1 } }\n- { id: last, name: Last, type: update_search_index, on_demand: true }\n`,
  );
  const dry = await greenvue.run('jobs', 'apply', '-f', file, '--dry-run');
  expect(dry.code).toBe(1);
  expect(dry.stderr).toMatch(/^1 job of 14 failed\. Nothing was changed\.\n$/);
  expect(dry.stdout).toMatch(/ {4}\/payload\/no .*\n/);
  const applied = await greenvue.run('jobs', 'apply', '-f', file);
  expect(applied.code).toBe(1);
  expect(applied.stderr).toBe('1 job of 14 failed. The other jobs are as the files say.\n');
  expect(applied.stdout).toMatch(/\nfailed bad\n {2}The .* is not valid\.\n(?: {4}\/\S+ .*\n)+created last/);
  expect(applied.stdout).toMatch(/ {4}\/interval .*\n/);
  expect(applied.stdout).toMatch(/\nApplied: 13 created, 1 failed\.\n$/);
  expect((await greenvue.run('jobs', 'show', 'bad')).code).toBe(5);
  expect(listOf(await greenvue.json('jobs', 'list', '--limit', 'all'), 'data')).toHaveLength(13);
  // In the file's order.
  const data = listOf(JSON.parse((await greenvue.run('jobs', 'apply', '-f', file, '--json')).stdout), 'data');
  expect(data.map((applied) => `${partOf(applied, 'id')} ${partOf(applied, 'outcome')}`)).toEqual([
    ...Array.from({ length: 12 }, (_, at) => `good-${at} unchanged`),
    'bad failed',
    'last unchanged',
  ]);
});

test('a file that is wrong is refused before anything is sent', async () => {
  const greenvue = server();
  const twins = greenvue.file('twins.yaml', `${JOBS}  - id: mails\n    name: Again\n`);
  expect(await greenvue.run('jobs', 'apply', '-f', twins)).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(
      /^The id mails appears twice: .*twins\.yaml:\d+, .*twins\.yaml:\d+\. Keep one of the jobs\.\n$/,
    ),
  });
  const file = greenvue.file('jobs.yaml', JOBS);
  expect((await greenvue.run('jobs', 'apply', '-f', file, '-f', file)).code).toBe(2);
  const broken = greenvue.file('broken.yaml', 'jobs:\n  - id: a\n    cron: * * * * *\n');
  expect(await greenvue.run('jobs', 'apply', '-f', broken)).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/broken\.yaml:3:\d+: .* needs quotes/),
  });
  expect(await greenvue.run('jobs', 'apply', '-f', '/nowhere/jobs.yaml')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(
      /^\/nowhere\/jobs\.yaml can't be read \(.*\)\. Give the path of a readable file, or - for stdin\.\n$/,
    ),
  });
  expect(await greenvue.run('jobs', 'apply')).toMatchObject({ code: 2 });
  expect(listOf(await greenvue.json('jobs', 'list'), 'data')).toEqual([]);
  expect(await greenvue.done('jobs', 'apply', '-f', greenvue.file('empty.yaml', '# nothing\n'))).toBe(
    'Applied: there is no job in it.\n',
  );
});
