import {
  formatDuration,
  parseDuration,
  parseWholeMs,
  roughDuration,
} from '../../../src/core/time/duration.ts';
import { check, checkAdvice, inTime } from '../oracle.ts';

const INT64_MAX = 2n ** 63n - 1n;
/** The grammar of Go's `time.ParseDuration`. */
const GRAMMAR = /^[-+]?(?:0|(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/;
const UNITS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

/** A duration means what Go's grammar says, and a written one reads back the same. */
export function fuzz(bytes: Uint8Array): void {
  const text = Buffer.from(bytes).toString();
  const parsed = inTime(() => parseDuration(text));
  if (parsed.ok) checkValue(text, parsed.value);
  else checkRefusal(text, parsed.detail);
  const ms = inTime(() => parseWholeMs(text));
  check(ms.ok ? parsed.ok : true, 'whole milliseconds accept a text that is no duration');
  if (!ms.ok) return checkAdvice(ms.detail);
  const written = formatDuration(ms.value);
  const again = parseWholeMs(written);
  check(
    again.ok && again.value === ms.value + 0,
    () => `${ms.value} ms is written as ${written}, which reads back as ${JSON.stringify(again)}`,
  );
  check(parseDuration(roughDuration(ms.value)).ok, 'a rough duration is no duration');
}

/** The exact value, as a fraction: every term may lose less than a nanosecond. */
function checkValue(text: string, value: bigint): void {
  check(GRAMMAR.test(text), `accepts ${JSON.stringify(text)}, which Go refuses`);
  check(value <= INT64_MAX && value >= -INT64_MAX - 1n, `${value} ns is outside an int64`);
  const terms = [...text.matchAll(/(\d*)\.?(\d*)([^\d.]+)/g)].filter(
    ([, whole, part]) => `${whole}${part}` !== '',
  );
  const scale = 10n ** BigInt(Math.max(0, ...terms.map(([, , part = '']) => part.length)));
  const exact = terms.reduce((sum, [, whole = '', part = '', unit = '']) => {
    const digits = BigInt(whole || '0') * scale + BigInt(part || '0') * (scale / 10n ** BigInt(part.length));
    return sum + digits * (UNITS[unit.replace(/^[-+]/, '')] ?? 0n);
  }, 0n);
  const signed = text.startsWith('-') ? -exact : exact;
  const off = signed - value * scale;
  // Go counts fractions in float64: an hour has fewer nanoseconds than 2^53, so the error is below one.
  check(
    (off < 0n ? -off : off) <= scale * BigInt(terms.length),
    () => `${JSON.stringify(text)} is not ${value} ns`,
  );
}

function checkRefusal(text: string, detail: string): void {
  checkAdvice(detail);
  if (GRAMMAR.test(text))
    check(detail.includes('292 years'), () => `refuses ${JSON.stringify(text)}, which Go accepts: ${detail}`);
}
