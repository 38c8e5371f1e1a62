import { expect, test } from 'vitest';
import { exampleJob } from '../../test/examples.ts';
import { policiesOf, waitsOf } from './policy-words.ts';

const meaning = (name: string, fields: Parameters<typeof exampleJob>[0] = {}): string =>
  policiesOf(exampleJob(fields)).find((policy) => policy.name === name)?.meaning ?? '';

test('every policy has a value and a meaning', () => {
  for (const { value, meaning: words } of policiesOf(exampleJob())) {
    expect(value).not.toBe('');
    expect(words).toMatch(/^[A-Z].*\.$/);
  }
});

test('waits grow up to the maximum', () => {
  const backoff = { initial: '10s', max: '1m', factor: 3, jitter: 0.1 };
  expect(waitsOf(exampleJob({ max_attempts: 5, backoff }), 10)).toEqual([10_000, 30_000, 60_000, 60_000]);
});

test('the backoff is shown in words', () => {
  expect(meaning('Backoff', { max_attempts: 3 })).toBe(
    'The waits between attempts are about 10 s, then 20 s.',
  );
  expect(meaning('Backoff', { max_attempts: 9 })).toContain('40 s and so on');
  expect(meaning('Backoff', { max_attempts: 1 })).toContain('no retries');
});

test('with overlap skip, a retry due at the next slot is left to that slot', () => {
  expect(meaning('Attempts', { overlap: 'skip' })).toContain('left to that slot');
  expect(meaning('Attempts', { overlap: 'queue' })).not.toContain('left to that slot');
  expect(meaning('Attempts', { on_demand: true, interval: null })).not.toContain('left to that slot');
});

test('an on-demand job has no slots to miss', () => {
  expect(meaning('Catch up', { on_demand: true })).toContain('no slots');
});

test('the overlap says what happens to slots, to ends of another job, or to runs by hand', () => {
  const after = { interval: null, after: { job: 'import', on: 'succeeded' } } as const;
  expect(meaning('Overlap', { overlap: 'queue' })).toContain('Further slots are skipped.');
  expect(meaning('Overlap', { overlap: 'queue', ...after })).toContain(
    'Further ends of import start no run.',
  );
  expect(meaning('Overlap', { overlap: 'skip', ...after })).toContain(
    'ends of import start no run and manual runs are refused.',
  );
  expect(meaning('Overlap', { overlap: 'skip', on_demand: true, interval: null })).toBe(
    'One run at a time. While a run is live, manual runs are refused.',
  );
});

test('a gate says what it judges', () => {
  const gate = { only_if: { job: 'stock', succeeded_within: '24h' } };
  const after = { job: 'import', on: 'succeeded' } as const;
  const end = 'gets a run only if stock has succeeded in the 24h before. Otherwise it is skipped.';
  expect(meaning('Only if', gate)).toBe(`A slot ${end}`);
  expect(meaning('Only if', { ...gate, interval: null, after })).toBe(`An end of import ${end}`);
});

test('a calendar says what it does to slots, or to the ends of another job', () => {
  const skip = { id: 'holidays', mode: 'skip' } as const;
  const after = { job: 'import', on: 'succeeded' } as const;
  expect(meaning('Calendar', { calendar: skip })).toBe(
    'Slots inside the windows of this calendar are skipped.',
  );
  expect(meaning('Calendar', { calendar: { ...skip, mode: 'move' }, interval: null, after })).toBe(
    'Ends of import inside the windows of this calendar start a run at the end of the window.',
  );
});
