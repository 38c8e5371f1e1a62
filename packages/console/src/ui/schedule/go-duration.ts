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
 * One term of a duration: a number and its unit. The longer units stand first, or `m` would take the half of
 * `ms`.
 */
const TERM = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g;

/**
 * The milliseconds of a duration in Go's syntax, as the server writes it (`1h30m`); undefined for what is
 * none. To compare and to explain only: what people write is judged by the server.
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
