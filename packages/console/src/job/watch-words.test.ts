import { expect, test } from 'vitest';
import { exampleJob } from '../../test/examples.ts';
import { watchingOf } from './watch-words.ts';

test('a job that nobody watches has nothing to show', () => {
  expect(watchingOf(exampleJob())).toEqual([]);
});

test('labels, budget, expectations, channels and monitor are shown in words', () => {
  const job = exampleJob({
    tags: ['billing', 'eu'],
    pause_after: { failures: 3, of_last: 5 },
    expect: { success_within: '26h', duration: null, start_within: '5m' },
    alerts: ['ops'],
    ping_url: 'https://monitor.example/1',
  });
  const shown = watchingOf(job);
  expect(shown.map(({ name, value }) => `${name}: ${value}`)).toEqual([
    'Tags: billing, eu',
    'Failure budget: 3 of 5',
    'Success at least every: 26h',
    'Start within: 5m',
    'Alert channels: ops',
    'Ping URL: https://monitor.example/1',
  ]);
  for (const { meaning } of shown) expect(meaning).toMatch(/^[A-Z].*\.$/);
  expect(shown[1]?.meaning).toBe('The engine pauses the job once 3 of its last 5 runs have failed.');
});

test('a budget of failures in a row says so', () => {
  const meaningOf = (failures: number) =>
    watchingOf(exampleJob({ pause_after: { failures, of_last: failures } }))[0]?.meaning;
  expect(meaningOf(3)).toBe('The engine pauses the job once 3 runs in a row have failed.');
  expect(meaningOf(1)).toBe('The engine pauses the job once a run fails.');
});

test('a damaged field says that it is damaged, and what to do', () => {
  expect(watchingOf(exampleJob({ damaged: ['alerts'] }))).toEqual([
    {
      name: 'Alert channels',
      value: 'damaged in the database',
      meaning: 'Edit the job and set this field again. Until then, it counts as empty.',
    },
  ]);
});
