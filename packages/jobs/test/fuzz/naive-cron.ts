/** The values that each field allows: second, minute, hour, day of the month, month, day of the week. */
export interface PlainCron {
  readonly fields: readonly ReadonlySet<number>[];
  /** A day fits if either field does, because both are restricted. */
  readonly eitherDay: boolean;
}

const RANGES = [
  [0, 59],
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 7],
] as const;

const DAY_MS = 86_400_000;
/** Longer than the longest gap of a valid expression within a century: 29 February on a given weekday. */
const MOST_DAYS = 41 * 366;

/** Reads an expression of numbers, `*`, lists, ranges and steps. Undefined for any other, which is not judged. */
export function plainCron(cron: string): PlainCron | undefined {
  const written = cron.trim().split(/\s+/);
  if (written.some((field) => !/^[\d*,/-]+$/.test(field))) return undefined;
  const texts = written.length === 5 ? ['0', ...written] : written;
  const fields = texts.map((text, at) => valuesOf(text, RANGES[at] ?? [0, 0]));
  if (fields.length !== RANGES.length || fields.some((field) => field === undefined)) return undefined;
  return {
    fields: fields.map((field) => field ?? new Set()),
    eitherDay: texts[3] !== '*' && texts[5] !== '*',
  };
}

function valuesOf(text: string, [low, high]: readonly [number, number]): ReadonlySet<number> | undefined {
  const values = new Set<number>();
  for (const part of text.split(',')) {
    const [, first, last, step = '1'] = /^(\*|\d+)(?:-(\d+))?(?:\/(\d+))?$/.exec(part) ?? [];
    if (first === undefined) return undefined;
    // A step after a single number means other things in other programs.
    if (first !== '*' && last === undefined && part.includes('/')) return undefined;
    const from = first === '*' ? low : Number(first);
    const to = first === '*' ? Math.min(high, high === 7 ? 6 : high) : Number(last ?? first);
    for (let value = from; value <= to; value += Number(step)) values.add(high === 7 ? value % 7 : value);
  }
  return values;
}

/** The first slot later than an instant, in UTC, by a look at each day. Undefined if there is none for decades. */
export function naiveCronNext({ fields, eitherDay }: PlainCron, after: number): number | undefined {
  const [seconds, minutes, hours, monthDays, months, weekdays] = fields;
  const first = Math.floor(after / DAY_MS);
  for (let day = first; day < first + MOST_DAYS; day += 1) {
    const date = new Date(day * DAY_MS);
    const isMonthDay = monthDays?.has(date.getUTCDate()) === true;
    const isWeekday = weekdays?.has(date.getUTCDay()) === true;
    const isDay = eitherDay ? isMonthDay || isWeekday : isMonthDay && isWeekday;
    if (!isDay || months?.has(date.getUTCMonth() + 1) !== true) continue;
    for (
      let time = Math.max(0, Math.floor(after / 1_000) * 1_000 + 1_000 - day * DAY_MS);
      time < DAY_MS;
      time += 1_000
    ) {
      const at = time / 1_000;
      if (hours?.has(Math.floor(at / 3_600)) !== true) time += 3_600_000 - (time % 3_600_000) - 1_000;
      else if (minutes?.has(Math.floor(at / 60) % 60) !== true) time += 60_000 - (time % 60_000) - 1_000;
      else if (seconds?.has(at % 60) === true) return day * DAY_MS + time;
    }
  }
  return undefined;
}
