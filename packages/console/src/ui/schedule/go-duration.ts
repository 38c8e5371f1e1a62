const MS_PER_UNIT: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

/**
 * One term of a duration: a number and a unit. Longer unit names come first, or `m` would match a part of
 * `ms`.
 */
const TERM = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g;

/**
 * The milliseconds of a Go duration such as `1h30m`; undefined if the text is none. For comparing and
 * explaining only: the server validates user input.
 */
export function goDurationMs(text: string): number | undefined {
  if (text === '0') return 0;
  let total = 0;
  let read = 0;
  for (const [term, digits, unit = ''] of text.matchAll(TERM)) {
    total += Number(digits) * (MS_PER_UNIT[unit] ?? Number.NaN);
    read += term.length;
  }
  return read > 0 && read === text.length ? total : undefined;
}
