const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A duration to two units: "850 ms", "1.2 s", "3 min 4 s", "2 h 5 min", "3 d 4 h". */
export function durationText(ms: number): string {
  if (!Number.isFinite(ms)) return '–';
  if (ms < 0) return `-${durationText(-ms)}`;
  if (ms < SECOND) return `${Math.round(ms)} ms`;
  if (ms < 10 * SECOND) return `${trimmed(ms / SECOND)} s`;
  return twoUnits(ms);
}

/** The duration between two times: "1.2 s". */
export function sinceText(fromIso: string, toIso: string): string {
  return durationText(Math.max(0, Date.parse(toIso) - Date.parse(fromIso)));
}

/** A time relative to now, in its largest unit: "just now", "3 min ago", "in 2 h". */
export function relativeText(at: number, now: number): string {
  const gap = Math.abs(at - now);
  if (gap < SECOND) return 'just now';
  return at > now ? `in ${elapsedText(gap)}` : `${elapsedText(gap)} ago`;
}

/** The time left in whole seconds, so that it changes once a second: "42 s", "4 min 32 s", "2 d 3 h". */
function countdownText(ms: number): string {
  return ms < MINUTE ? `${Math.floor(ms / SECOND)} s` : twoUnits(ms);
}

/** The time left after `lead`; `over` once no time is left. */
export function leftText(
  ms: number,
  { lead, over }: { readonly lead: string; readonly over: string },
): string {
  return ms <= 0 ? over : `${lead}${countdownText(ms)}`;
}

function twoUnits(ms: number): string {
  // Rounded first, so that 59.96 s becomes a minute and not "0 min 60 s".
  const seconds = Math.round(ms / SECOND) * SECOND;
  if (seconds < MINUTE) return `${seconds / SECOND} s`;
  if (seconds < HOUR) return pair({ of: seconds, large: MINUTE, small: SECOND, names: ['min', 's'] });
  if (seconds < DAY) return pair({ of: seconds, large: HOUR, small: MINUTE, names: ['h', 'min'] });
  return pair({ of: seconds, large: DAY, small: HOUR, names: ['d', 'h'] });
}

interface Pair {
  readonly of: number;
  readonly large: number;
  readonly small: number;
  readonly names: readonly [string, string];
}

function pair({ of, large, small, names: [largeName, smallName] }: Pair): string {
  const rest = Math.floor((of % large) / small);
  const whole = `${Math.floor(of / large)} ${largeName}`;
  return rest === 0 ? whole : `${whole} ${rest} ${smallName}`;
}

/** A duration in its largest unit: "24 s", "3 h". */
export function elapsedText(ms: number): string {
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`;
  if (ms < DAY) return `${Math.floor(ms / HOUR)} h`;
  return `${Math.floor(ms / DAY)} d`;
}

/** One decimal, unless it is zero. */
function trimmed(value: number): string {
  return value.toFixed(1).replace(/\.0$/, '');
}
