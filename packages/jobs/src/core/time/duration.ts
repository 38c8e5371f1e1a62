import { shownValue } from '../input/shown-value.ts';

/** What a parser gives back: the value, or a sentence for people that says what would be right. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly detail: string };

const NS_PER_UNIT: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n, // U+00B5, micro sign
  μs: 1_000n, // U+03BC, Greek letter mu
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

const NS_PER_MS = 1_000_000n;
const INT64_MAX = 2n ** 63n - 1n;
const EXAMPLES = 'such as 5m, 1h30m or 24h';

/** One term of a duration: digits, an optional fraction, and all up to the next digit or dot as its unit. */
const TERM = /(\d*)(\.\d*)?([^\d.]*)/y;

/**
 * Reads a duration as Go's `time.ParseDuration` does, to the nanosecond: a sign, then decimals with a unit
 * each (`ns us µs μs ms s m h`), or a lone `0`. A value outside an int64 is a fault (P2, schedule).
 */
export function parseDuration(text: string): Parsed<bigint> {
  const parsed = readDuration(text);
  return parsed.ok ? parsed : refused(parsed.detail, text);
}

function readDuration(text: string): Parsed<bigint> {
  const negative = text.startsWith('-');
  const unsigned = negative || text.startsWith('+') ? text.slice(1) : text;
  if (unsigned === '0') return { ok: true, value: 0n };
  if (unsigned === '') return fault(`must be a duration ${EXAMPLES}`);

  // As in Go, the magnitude may reach 2^63 on the way; only with a minus sign is that a value.
  let total = 0n;
  for (let at = 0; at < unsigned.length; at = TERM.lastIndex) {
    TERM.lastIndex = at;
    const [, whole = '', fraction = '', unit = ''] = TERM.exec(unsigned) ?? [];
    const term = termNs(whole, fraction.slice(1), unit);
    if (!term.ok) return term;
    total += term.value;
    if (total > INT64_MAX + 1n) return outOfRange();
  }
  if (negative) return { ok: true, value: -total };
  return total > INT64_MAX ? outOfRange() : { ok: true, value: total };
}

/** Reads a duration that must be a whole number of milliseconds, of any sign (P2, schedule). */
export function parseWholeMs(text: string): Parsed<number> {
  const ns = parseDuration(text);
  if (!ns.ok) return ns;
  if (ns.value % NS_PER_MS !== 0n)
    return refused('must be a whole number of milliseconds, such as 1500ms or 1.5s', text);
  return { ok: true, value: Number(ns.value / NS_PER_MS) };
}

/**
 * Writes milliseconds, rounded to a whole number, as a duration that `parseDuration` reads back to the same
 * value: hours, minutes and seconds without zero parts (`1m30s`, `24h`, `1.5s`, `250ms`, `0s`).
 */
export function formatDuration(ms: number): string {
  const whole = Math.round(Math.abs(ms));
  if (whole === 0) return '0s';
  const sign = ms < 0 ? '-' : '';
  if (whole < 1_000) return `${sign}${whole}ms`;
  const hours = Math.floor(whole / 3_600_000);
  const minutes = Math.floor((whole % 3_600_000) / 60_000);
  const seconds = (whole % 60_000) / 1_000;
  return `${sign}${hours ? `${hours}h` : ''}${minutes ? `${minutes}m` : ''}${seconds ? `${seconds}s` : ''}`;
}

/** {@link formatDuration} for people: whole minutes from an hour on, and whole seconds below (`27h13m`). */
export function roughDuration(ms: number): string {
  const unit = ms >= 3_600_000 ? 60_000 : ms >= 1_000 ? 1_000 : 1;
  return formatDuration(Math.floor(ms / unit) * unit);
}

function termNs(whole: string, fraction: string, unit: string): Parsed<bigint> {
  if (whole === '' && fraction === '') return fault(`must be a duration ${EXAMPLES}`);
  if (unit === '') return fault(`must have a unit after each number, ${EXAMPLES}`);
  const unitNs = Object.hasOwn(NS_PER_UNIT, unit) ? NS_PER_UNIT[unit] : undefined;
  if (unitNs === undefined) {
    return fault(`has an unknown unit: use ns, us, ms, s, m or h, ${EXAMPLES}`);
  }
  const digits = whole.replace(/^0+/, '');
  // 2^63 has 19 digits. Without this bound a long text would make a huge integer first.
  if (digits.length > 19) return outOfRange();
  return { ok: true, value: BigInt(digits) * unitNs + fractionNs(fraction, unitNs) };
}

/**
 * The fraction of a unit, cut to whole nanoseconds. Go counts in float64 here, so `0.3333333333333333333h` is
 * 20m, although it is a little less; a number here is the same float64. As in Go, digits that no longer fit
 * an int64 are dropped.
 */
function fractionNs(digits: string, unitNs: bigint): bigint {
  let value = 0n;
  let scale = 1;
  for (const digit of digits) {
    const longer = value * 10n + BigInt(digit);
    if (longer > INT64_MAX + 1n) break;
    value = longer;
    scale *= 10;
  }
  return BigInt(Math.trunc(Number(value) * (Number(unitNs) / scale)));
}

function outOfRange(): { readonly ok: false; readonly detail: string } {
  return fault('must be at most about 292 years (2562047h)');
}

function fault(detail: string): { readonly ok: false; readonly detail: string } {
  return { ok: false, detail };
}

function refused(detail: string, text: string): { readonly ok: false; readonly detail: string } {
  return fault(`${detail}; got ${shownValue(text)}`);
}
