import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDuration, type Parsed, parseDuration, parseWholeMs } from './duration.ts';

const US = 1_000n;
const MS = 1_000_000n;
const S = 1_000_000_000n;
const M = 60n * S;
const H = 60n * M;
const MAX = 2n ** 63n - 1n;

function ns(text: string): bigint {
  return accepted(parseDuration(text));
}

function accepted<T>(parsed: Parsed<T>): T {
  if (!parsed.ok) throw new Error(parsed.detail);
  return parsed.value;
}

function detail(parsed: Parsed<unknown>): string {
  return parsed.ok ? `accepted as ${parsed.value}` : parsed.detail;
}

/**
 * The grammar once more, as plainly as it goes: one pass over characters, fractions by exact division. It
 * knows nothing of float64, so it is only asked for fractions that are exact in it.
 */
function naiveNs(text: string): bigint | 'fault' {
  const units: Record<string, bigint> = { ns: 1n, us: US, µs: US, μs: US, ms: MS, s: S, m: M, h: H };
  let rest = text;
  let sign = 1n;
  if (rest[0] === '+' || rest[0] === '-') {
    sign = rest[0] === '-' ? -1n : 1n;
    rest = rest.slice(1);
  }
  if (rest === '0') return 0n;
  if (rest === '') return 'fault';
  let sum = 0n;
  while (rest !== '') {
    let whole = '';
    let fraction = '';
    while (rest !== '' && '0123456789'.includes(rest.charAt(0)))
      [whole, rest] = [whole + rest[0], rest.slice(1)];
    if (rest[0] === '.') {
      rest = rest.slice(1);
      while (rest !== '' && '0123456789'.includes(rest.charAt(0)))
        [fraction, rest] = [fraction + rest[0], rest.slice(1)];
    }
    if (whole + fraction === '') return 'fault';
    let name = '';
    while (rest !== '' && !'.0123456789'.includes(rest.charAt(0)))
      [name, rest] = [name + rest[0], rest.slice(1)];
    const unit = units[name];
    if (unit === undefined) return 'fault';
    sum += (BigInt(whole + fraction) * unit) / 10n ** BigInt(fraction.length);
  }
  const value = sign * sum;
  return value > MAX || value < -MAX - 1n ? 'fault' : value;
}

// Promise P2, schedule.
describe('durations in Go syntax', () => {
  it.each<[string, bigint]>([
    ['0', 0n],
    ['+0', 0n],
    ['-0', 0n],
    ['5s', 5n * S],
    ['+5s', 5n * S],
    ['-5s', -5n * S],
    ['5.s', 5n * S],
    ['.5s', S / 2n],
    ['-.5s', -S / 2n],
    ['5.6s', 5_600n * MS],
    ['1.0040s', 1_004n * MS],
    ['10ns', 10n],
    ['11us', 11n * US],
    ['12\u00b5s', 12n * US],
    ['12\u03bcs', 12n * US],
    ['13ms', 13n * MS],
    ['3h30m', 3n * H + 30n * M],
    ['10.5s4m', 4n * M + 10_500n * MS],
    ['1h2m3s4ms5us6ns', H + 2n * M + 3n * S + 4n * MS + 5n * US + 6n],
    ['1h1h', 2n * H],
    ['00001h', H],
    [`${'0'.repeat(50)}1s`, S],
  ])('reads %s', (text, expected) => {
    expect(ns(text)).toBe(expected);
  });

  it.each<[string, bigint]>([
    ['0.9ns', 0n],
    ['1.9ns', 1n],
    ['-1.9ns', -1n],
    ['0.0000001s', 100n],
    ['0.100000000000000000000h', 6n * M],
  ])('cuts the fraction of %s to whole nanoseconds', (text, expected) => {
    expect(ns(text)).toBe(expected);
  });

  it('counts long fractions in float64, as Go does', () => {
    expect(ns('0.3333333333333333333h')).toBe(20n * M);
    expect(ns(`0.${'3'.repeat(1_000)}h`)).toBe(20n * M);
    expect(ns('0.830103483285477580700h')).toBe(49n * M + 48n * S + 372_539_827n);
  });

  it.each<[string, bigint]>([
    ['9223372036854775807ns', MAX],
    ['9223372036854775.807us', MAX],
    ['9223372036s854ms775us807ns', MAX],
    ['-9223372036854775807ns', -MAX],
    ['-9223372036854775808ns', -MAX - 1n],
    ['-9223372036854775.808us', -MAX - 1n],
    ['-9223372036s854ms775us808ns', -MAX - 1n],
    ['-2562047h47m16.854775808s', -MAX - 1n],
  ])('reads %s, at the end of the range of an int64', (text, expected) => {
    expect(ns(text)).toBe(expected);
  });

  it.each([
    '9223372036854775808ns',
    '9223372036854775.808us',
    '9223372036854ms775us808ns',
    '-9223372036854775809ns',
    '2562048h',
    `${'9'.repeat(100_000)}s`,
  ])('refuses %.40s, out of range or worse', (text) => {
    expect(parseDuration(text).ok).toBe(false);
  });

  it.each([
    '',
    '+',
    '-',
    '3',
    '-3',
    '.',
    '.s',
    '-.',
    '+.s',
    '1.2.3s',
    '1..s',
    '1h-2m',
    '--1s',
    '+-1s',
    '1s ',
    ' 1s',
    '1 s',
  ])('refuses "%s"', (text) => {
    expect(parseDuration(text).ok).toBe(false);
  });

  it.each(['1d', '1S', '1H', '1e3s', '1constructor', '0x1s', '１s', '1h30'])('refuses "%s"', (text) => {
    expect(parseDuration(text).ok).toBe(false);
  });

  it('says what would be right', () => {
    expect(detail(parseDuration('5 minutes'))).toMatch(/unknown unit.*5m, 1h30m or 24h/);
    expect(detail(parseDuration('5'))).toMatch(/a unit after each number.*5m, 1h30m or 24h; got "5"$/);
    expect(detail(parseDuration(''))).toMatch(/5m, 1h30m or 24h/);
    expect(detail(parseDuration('h'))).toMatch(/5m, 1h30m or 24h/);
    expect(detail(parseDuration('3000000h'))).toMatch(/at most about 292 years/);
  });

  const number = fc.oneof(
    fc.nat({ max: 100 }).map(String),
    fc.bigInt({ min: 0n, max: 2n ** 64n }).map(String),
    fc.tuple(fc.nat({ max: 9_999 }), fc.nat({ max: 999 })).map(([whole, part]) => `${whole}.${part}`),
    fc.constantFrom('', '.', '.5', '5.', '1..2', '00'),
  );
  const unit = fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom('ns', 'us', 'µs', 'μs', 'ms', 's', 'm', 'h') },
    fc.constantFrom('', 'd', ' ', '-', 'S'),
  );
  const term = fc.tuple(number, unit).map((parts) => parts.join(''));
  const duration = fc
    .tuple(fc.constantFrom('', '', '+', '-', '--'), fc.array(term, { maxLength: 4 }))
    .map(([sign, terms]) => sign + terms.join(''));

  it('agrees with a naive reading of the grammar', () => {
    fc.assert(
      fc.property(duration, (text) => {
        const parsed = parseDuration(text);
        expect(parsed.ok ? parsed.value : 'fault').toBe(naiveNs(text));
      }),
      { numRuns: 2_000 },
    );
  });

  it('never throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('0', '9', '.', '-', 's', 'm', 'µ') })),
        (text) => {
          expect([true, false]).toContain(parseDuration(text).ok);
        },
      ),
    );
  });
});

// Promise P2, schedule.
describe('whole milliseconds', () => {
  it('reads a duration that is a whole number of milliseconds', () => {
    expect(accepted(parseWholeMs('1h30m'))).toBe(5_400_000);
    expect(accepted(parseWholeMs('0.5us1.9995ms'))).toBe(2);
    expect(accepted(parseWholeMs('-1.5s'))).toBe(-1_500);
    expect(accepted(parseWholeMs('0'))).toBe(0);
  });

  it.each(['1us', '1.5ms', '1s1ns', '-1ns'])('refuses %s and says so', (text) => {
    expect(detail(parseWholeMs(text))).toMatch(/whole number of milliseconds/);
  });

  it('repeats the error of the duration itself', () => {
    expect(detail(parseWholeMs('soon'))).toMatch(/must be a duration such as/);
  });
});

describe('formatting a duration', () => {
  it.each<[number, string]>([
    [0, '0s'],
    [1, '1ms'],
    [999, '999ms'],
    [1_000, '1s'],
    [1_500, '1.5s'],
    [1_001, '1.001s'],
    [60_000, '1m'],
    [90_000, '1m30s'],
    [3_600_000, '1h'],
    [3_600_500, '1h0.5s'],
    [86_400_000, '24h'],
    [90_061_001, '25h1m1.001s'],
    [-90_000, '-1m30s'],
    [0.4, '0s'],
  ])('writes %d ms as %s', (ms, expected) => {
    expect(formatDuration(ms)).toBe(expected);
  });

  it('is read back as the same value', () => {
    fc.assert(
      fc.property(fc.integer({ min: -9_223_372_036_854, max: 9_223_372_036_854 }), (ms) => {
        expect(accepted(parseWholeMs(formatDuration(ms)))).toBe(ms);
      }),
      { numRuns: 1_000 },
    );
  });
});
