import type { CreateJob, PatchJob } from '@greenvue/jobs/client';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { definitions } from '../../../test/definitions.ts';
import { exampleJob } from '../../../test/examples.ts';
import { createBody, type Definition, definitionOf } from '../draft/draft.ts';
import { scheduleFieldsOf } from '../parts/schedule-draft.ts';
import { changesOf, differencesOf, includesMine, mergeEdits, patchOf } from './changes.ts';

const JOB = definitionOf(exampleJob({ name: 'Clean up', payload: { days: 30, rules: [1, 2] } }));

describe('patchOf', () => {
  test('contains only the changes; null removes a field', () => {
    expect(
      patchOf(JOB, {
        ...JOB,
        name: 'Clean',
        short: { max_attempts: 4 },
        payload: { days: 60, rules: [1, 2] },
      }),
    ).toEqual({
      name: 'Clean',
      timeout: null,
      max_attempts: 4,
      payload: { days: 60, rules: [1, 2] },
    });
  });

  test('contains all fields of another schedule kind, including start_at', () => {
    const start = '2030-01-01T00:00:00.000Z';
    const before = {
      ...JOB,
      schedule: { interval: '5m', interval_mode: 'fixed_rate', start_at: start },
    } as const;
    const after = { ...JOB, schedule: { cron: '0 3 * * *', timezone: 'UTC', start_at: start } };
    expect(patchOf(before, after)).toEqual({ cron: '0 3 * * *', timezone: 'UTC', start_at: start });
    expect(patchOf(before, JOB)).toEqual({ start_at: null });
  });

  test("turns one job into the other under the server's merge rules", () => {
    fc.assert(
      fc.property(definitions, definitions, (before, after) => {
        expect(merged(createBody(before), patchOf(before, after))).toEqual(createBody(after));
      }),
    );
  });

  test('is empty exactly if there is no change to show', () => {
    fc.assert(
      fc.property(definitions, fc.oneof(definitions, fc.constant(undefined)), (before, other) => {
        const after = other ?? structuredClone(before);
        expect(Object.keys(patchOf(before, after)).length === 0).toBe(changesOf(before, after).length === 0);
      }),
    );
  });
});

const KINDS = ['interval', 'cron', 'rrule', 'run_at', 'on_demand', 'after'] as const;

/**
 * The merge rules of PATCH (RFC 7396 at top level): a schedule field replaces the other kinds and their
 * fields.
 */
function merged(body: CreateJob, patch: PatchJob): object {
  const changesKind = KINDS.some((kind) => patch[kind] !== undefined && body[kind] === undefined);
  const kept = Object.entries(body).filter(([key]) => !changesKind || !SCHEDULE.includes(key));
  const all = { ...Object.fromEntries(kept), ...patch };
  const isSet = ([key, value]: readonly [string, unknown]) =>
    (value !== null || key === 'payload') && !(key === 'description' && value === '');
  return Object.fromEntries(Object.entries(all).filter(isSet));
}

const SCHEDULE: readonly string[] = KINDS.flatMap((kind) => [kind, ...scheduleFieldsOf(kind)]);

describe('changesOf', () => {
  test('lists old and new values in the order of the form, the payload key by key', () => {
    const after: Definition = {
      ...JOB,
      name: 'Clean',
      description: 'Old things',
      schedule: { cron: '0 3 * * *', timezone: 'Europe/Berlin' },
      payload: { days: 60, rules: [1, 2], dry: true },
      backoff: { ...JOB.backoff, factor: 3 },
    };
    expect(changesOf(JOB, after).map(({ label, before, after: now }) => [label, before, now])).toEqual([
      ['Name', 'Clean up', 'Clean'],
      ['Description', undefined, 'Old things'],
      ['Payload: days', '30', '60'],
      ['Payload: dry', undefined, 'true'],
      ['Interval', '5m', undefined],
      ['Interval mode', 'from start to start', undefined],
      ['Cron expression', undefined, '0 3 * * *'],
      ['Time zone', undefined, 'Europe/Berlin'],
      ['Backoff: Factor', '2', '3'],
    ]);
  });

  test('names a payload that each run brings', () => {
    const perRun: Definition = { ...JOB, schedule: { on_demand: true }, payload: null };
    const after: Definition = { ...perRun, payload: { days: 60 } };
    expect(changesOf(perRun, after).map(({ label, before, after: now }) => [label, before, now])).toEqual([
      ['Payload: days', undefined, '60'],
      ['Payload', 'each run brings its own', undefined],
    ]);
    expect(patchOf(perRun, after)).toEqual({ payload: { days: 60 } });
  });

  test('names what changed of how a job is watched', () => {
    const watching = {
      ...JOB.watching,
      tags: ['eu'],
      pauseAfter: { failures: 3, of_last: 5 },
      expect: { success_within: '26h' },
    };
    const after: Definition = {
      ...JOB,
      watching,
      short: { ...JOB.short, ping_url: 'https://monitor.example/1' },
    };
    expect(changesOf(JOB, after).map(({ label, before, after: now }) => [label, before, now])).toEqual([
      ['Tags', undefined, 'eu'],
      ['Failure budget', 'none', '3 of the last 5'],
      ['Expected: A success at least every', undefined, '26h'],
      ['Ping URL', undefined, 'https://monitor.example/1'],
    ]);
    expect(patchOf(after, JOB)).toEqual({ tags: null, pause_after: 'none', expect: null, ping_url: null });
  });

  test('ignores the order of keys', () => {
    const before = { ...JOB, payload: { rule: { a: 1, b: { c: 1, d: 2 } } } };
    const after = { ...JOB, payload: { rule: { b: { d: 2, c: 1 }, a: 1 } } };
    expect(changesOf(before, after)).toEqual([]);
  });
});

describe('two edits at once', () => {
  const mine: Definition = { ...JOB, name: 'Mine', payload: { ...JOB.payload, days: 60 } };
  const theirs: Definition = {
    ...JOB,
    name: 'Theirs',
    schedule: { interval: '10m', interval_mode: 'fixed_rate' },
    payload: { ...JOB.payload, dry: true },
  };

  test('of how a job is watched are merged, expectations one by one', () => {
    const watched = (more: Partial<Definition['watching']>): Definition => ({
      ...JOB,
      watching: { ...JOB.watching, tags: ['a'], expect: { duration: '5m' }, ...more },
    });
    const merged = mergeEdits({
      base: watched({}),
      mine: watched({ expect: { duration: '5m', start_within: '1m' } }),
      theirs: watched({ tags: ['a', 'theirs'], expect: { duration: '9m' }, pauseAfter: 'none' }),
    });
    expect(merged.watching).toMatchObject({
      tags: ['a', 'theirs'],
      expect: { duration: '9m', start_within: '1m' },
      pauseAfter: 'none',
    });
  });

  test('are merged field by field, one’s own changes last', () => {
    expect(mergeEdits({ base: JOB, mine, theirs })).toEqual({
      ...theirs,
      name: 'Mine',
      payload: { days: 60, rules: [1, 2], dry: true },
    });
  });

  test('are shown side by side', () => {
    const rows = differencesOf({ base: JOB, mine, theirs });
    expect(rows.map(({ pointer, changedBy }) => [pointer, changedBy])).toEqual([
      ['/name', 'both'],
      ['/payload/days', 'mine'],
      ['/payload/dry', 'theirs'],
      ['/interval', 'theirs'],
    ]);
    expect(rows[0]).toMatchObject({ base: 'Clean up', theirs: 'Theirs', mine: 'Mine' });
    expect(rows[3]).toMatchObject({ base: '5m', theirs: '10m', mine: '5m' });
  });

  test('a payload that one side gives to a job without one stays', () => {
    const base: Definition = { ...JOB, schedule: { on_demand: true }, payload: null };
    const given: Definition = { ...base, payload: { days: 60 } };
    expect(mergeEdits({ base, mine: given, theirs: { ...base, name: 'Theirs' } }).payload).toEqual({
      days: 60,
    });
    expect(mergeEdits({ base, mine: { ...base, name: 'Mine' }, theirs: given }).payload).toEqual({
      days: 60,
    });
  });

  test('a removed key stays removed', () => {
    const without = { ...JOB, payload: { rules: [1, 2] } };
    expect(mergeEdits({ base: JOB, mine: without, theirs }).payload).toEqual({ rules: [1, 2], dry: true });
  });

  test('are the other side’s when one side is empty', () => {
    fc.assert(
      fc.property(definitions, definitions, (base, edited) => {
        expect(mergeEdits({ base, mine: base, theirs: edited })).toEqual(edited);
        expect(mergeEdits({ base, mine: edited, theirs: base })).toEqual(edited);
      }),
    );
  });

  test('keep all of one’s own edit', () => {
    fc.assert(
      fc.property(definitions, definitions, definitions, (base, edit, other) => {
        const put = mergeEdits({ base, mine: edit, theirs: other });
        expect(includesMine({ base, mine: edit, theirs: put })).toBe(true);
      }),
    );
  });

  test('that are equal leave nothing to save or to show', () => {
    expect(includesMine({ base: JOB, mine, theirs: mine })).toBe(true);
    expect(differencesOf({ base: JOB, mine, theirs: mine })).toEqual([]);
    expect(includesMine({ base: JOB, mine, theirs })).toBe(false);
  });
});
