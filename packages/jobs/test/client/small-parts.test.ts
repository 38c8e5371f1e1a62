import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { ApiError, ConnectionError } from '../../src/client/connection/errors.ts';
import { allOf, type Page } from '../../src/client/connection/pages.ts';
import { backoffMs, waitBeforeRepeat } from '../../src/client/connection/repeat.ts';
import { retryAfterMs } from '../../src/client/connection/retry-after.ts';
import { wait } from '../../src/client/connection/wait.ts';
import { uniqueKey } from '../../src/client/jobs/unique-key.ts';
import { type LogLine, newLines } from '../../src/client/runs/run-logs.ts';

describe('the wait before a repeat', () => {
  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

  test('is between 0.25 and 10 s, and grows with the failures', () => {
    fc.assert(
      fc.property(fc.nat(2_000), random, (failures, share) => {
        const ms = backoffMs(failures, () => share);
        expect(ms).toBeGreaterThanOrEqual(250);
        expect(ms).toBeLessThanOrEqual(10_000);
        expect(backoffMs(failures + 1, () => share)).toBeGreaterThanOrEqual(ms);
      }),
    );
    expect(backoffMs(0, () => 0)).toBe(250);
    expect(backoffMs(0, () => 0.999)).toBeLessThan(500);
    expect(backoffMs(9, () => 0)).toBe(5_000);
  });

  test('is never shorter than the server asks', () => {
    fc.assert(
      fc.property(fc.nat(60_000), fc.constantFrom(429, 503), random, (ms, status, share) => {
        const problem = { status, title: '', detail: '', faults: [], requestId: undefined, retryAfterMs: ms };
        const asked = { repeat: 'safe', failures: 0, random: () => share } as const;
        expect(waitBeforeRepeat(new ApiError(problem), asked)).toBeGreaterThanOrEqual(ms);
        expect(waitBeforeRepeat(new ApiError(problem), { ...asked, repeat: 'never' })).toBeUndefined();
      }),
    );
  });

  test('comes after a timeout, too, and not for the answers of others', () => {
    const asked = { repeat: 'safe', failures: 0, random: () => 0 } as const;
    expect(waitBeforeRepeat(new ConnectionError('timeout', ''), asked)).toBe(250);
    expect(waitBeforeRepeat(new ConnectionError('not_this_api', ''), asked)).toBeUndefined();
  });

  test('ends with the signal, and leaves no timer', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const left = new AbortController();
    const waited = wait(3_600_000, left.signal);
    expect(vi.getTimerCount()).toBe(1);
    left.abort();
    await waited;
    await wait(3_600_000, left.signal);
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });
});

describe('Retry-After', () => {
  const now = Date.UTC(2026, 0, 31, 9);

  test.each([
    ['0', 0],
    ['120', 120_000],
    [' 7 ', 7_000],
    ['Sat, 31 Jan 2026 09:00:30 GMT', 30_000],
    ['Saturday, 31-Jan-26 09:00:30 GMT', 30_000],
    ['Fri, 30 Jan 2026 09:00:30 GMT', 0],
    [null, undefined],
    ['', undefined],
    ['-1', undefined],
    ['1.5', undefined],
    ['soon', undefined],
  ])('%j is %j', (header, ms) => {
    expect(retryAfterMs(header, now)).toBe(ms);
  });
});

describe('new lines of a log', () => {
  const line = (n: number): LogLine => ({ at: `t${n}`, level: 'info', message: `line ${n}`, fields: { n } });
  const upTo = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => line(from + at));

  test('are the lines after the known ones, even if lines were dropped', () => {
    fc.assert(
      fc.property(fc.nat(30), fc.nat(30), fc.nat(30), (had, dropped, added) => {
        const before = upTo(0, had);
        const after = upTo(Math.min(dropped, had + added), had + added);
        const fresh = after.filter(({ message }) => !before.some((old) => old.message === message));
        expect(newLines(before, after)).toEqual(fresh);
      }),
    );
  });

  test('are reported once if lines are equal: lines that can be old count as old', () => {
    const alike = (count: number) => Array.from({ length: count }, () => line(1));
    fc.assert(
      fc.property(fc.nat(20), fc.nat(20), (had, added) => {
        expect(newLines(alike(had), alike(had + added))).toEqual(alike(added));
      }),
    );
  });

  test('is everything when nothing is left of what was there', () => {
    expect(newLines(upTo(0, 3), upTo(10, 12))).toEqual(upTo(10, 12));
    expect(newLines(upTo(0, 3), [])).toEqual([]);
  });
});

describe('the rows of all pages', () => {
  /** Two pages with the numbers 1 to 5, two on each page. */
  function source() {
    const asked: unknown[] = [];
    const list = async (query: {
      readonly limit?: number | undefined;
      readonly cursor?: string | undefined;
    }) => {
      asked.push(query);
      const from = Number(query.cursor ?? 1);
      const page: Page<number> = {
        data: [from, from + 1].filter((n) => n <= 5),
        next_cursor: from + 2 <= 5 ? String(from + 2) : null,
      };
      return page;
    };
    return { asked, list };
  }

  test('come one by one, from where the query begins', async () => {
    const { list, asked } = source();
    expect(await Array.fromAsync(allOf(list, {}))).toEqual([1, 2, 3, 4, 5]);
    expect(asked).toEqual([
      { limit: 200, cursor: undefined },
      { limit: 200, cursor: '3' },
      { limit: 200, cursor: '5' },
    ]);
    expect(await Array.fromAsync(allOf(list, { cursor: '3', limit: 2 }))).toEqual([3, 4, 5]);
    expect(asked.at(-1)).toEqual({ limit: 2, cursor: '5' });
  });

  test('are asked for no further than they are wanted', async () => {
    const { list, asked } = source();
    const rows: number[] = [];
    for await (const row of allOf(list, {})) {
      rows.push(row);
      if (row === 2) break;
    }
    expect(rows).toEqual([1, 2]);
    expect(asked).toHaveLength(1);
    expect(allOf(list, {})).toBeDefined();
    expect(asked).toHaveLength(1);
  });
});

describe('a key of one’s own', () => {
  const getRandomValues = (bytes: Uint8Array<ArrayBuffer>) => crypto.getRandomValues(bytes);

  test('is another each time, with and without randomUUID', () => {
    for (const make of [() => uniqueKey(), () => uniqueKey({ getRandomValues })]) {
      const keys = Array.from({ length: 100 }, make);
      expect(new Set(keys).size).toBe(100);
      for (const key of keys) expect(key.replaceAll('-', '')).toMatch(/^[0-9a-f]{32}$/);
    }
  });
});
