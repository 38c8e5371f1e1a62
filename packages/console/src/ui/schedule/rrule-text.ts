/** A recurrence rule, with what says the parts that it leaves out. */
export interface RruleFields {
  readonly rrule: string;
  readonly timezone: string | null;
  readonly start_at: string | null;
}

/**
 * A recurrence rule in words, without its time zone: "Every second Monday at 09:00", "Every month on the last
 * weekday at 18:00". Undefined for a rule that has no short words, such as one with ten times a day.
 */
export function rruleText(fields: RruleFields): string | undefined {
  const rule = withStart(partsOf(fields.rrule), fields);
  const times = timesText(rule);
  const days = daysText(rule);
  return times === undefined || days === undefined ? undefined : `${days} ${times}`;
}

type Parts = ReadonlyMap<string, string>;

function partsOf(rrule: string): Parts {
  const body = rrule
    .toUpperCase()
    .replaceAll(/[ \t]/g, '')
    .replace(/^RRULE:/, '');
  return new Map(
    body.split(';').map((part) => {
      const [name = '', value = ''] = part.split('=');
      return [name, value] as const;
    }),
  );
}

/** With what the rule leaves out: the day and the time of its start, by the clock of its time zone. */
function withStart(rule: Parts, { timezone, start_at: startAt }: RruleFields): Parts {
  if (startAt === null) return new Map([['BYMINUTE', '0'], ['BYSECOND', '0'], ...rule]);
  const { weekday, ...start } = localParts(startAt, timezone ?? 'UTC');
  const freq = rule.get('FREQ');
  const namesDay = ['BYDAY', 'BYMONTHDAY', 'BYYEARDAY'].some((name) => rule.has(name));
  const day: [string, string][] = [];
  if (!namesDay && freq === 'WEEKLY') day.push(['BYDAY', weekday]);
  if (!namesDay && (freq === 'MONTHLY' || freq === 'YEARLY')) day.push(['BYMONTHDAY', start.day]);
  if (!namesDay && freq === 'YEARLY') day.push(['BYMONTH', start.month]);
  const times = [
    ['BYHOUR', start.hour],
    ['BYMINUTE', start.minute],
    ['BYSECOND', start.second],
  ] as const;
  return new Map([...times, ...day, ...rule]);
}

function localParts(instant: string, timeZone: string) {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    weekday: 'short',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const parts = new Map(format.formatToParts(new Date(instant)).map(({ type, value }) => [type, value]));
  const of = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? '';
  return {
    weekday: of('weekday').slice(0, 2).toUpperCase(),
    month: of('month'),
    day: of('day'),
    hour: of('hour'),
    minute: of('minute'),
    second: of('second'),
  };
}

const UNITS: Readonly<Record<string, string>> = {
  DAILY: 'day',
  WEEKLY: 'week',
  MONTHLY: 'month',
  YEARLY: 'year',
};

function daysText(rule: Parts): string | undefined {
  const unit = UNITS[rule.get('FREQ') ?? ''];
  if (unit === undefined || rule.has('BYYEARDAY')) return undefined;
  const months = rule.get('BYMONTH');
  const inMonths = months === undefined ? '' : ` in ${listed(valuesOf(months).map(monthName))}`;
  const interval = Number(rule.get('INTERVAL') ?? '1');
  const days = onDays(rule);
  if (days === undefined) return undefined;
  // "Every second Monday" is shorter than "every second week on Monday".
  const isShort =
    unit === 'week' && (interval === 1 || (interval === 2 && !/[,\d]/.test(rule.get('BYDAY') ?? '')));
  if (isShort) return `Every ${interval === 1 ? '' : 'second '}${days}${inMonths}`;
  if (unit === 'day')
    return `${everyText(interval, unit)}${days === '' ? '' : `, only on ${days}`}${inMonths}`;
  return `${everyText(interval, unit)}${inMonths}${days === '' ? '' : ` on ${days}`}`;
}

function everyText(interval: number, unit: string): string {
  if (interval === 1) return `Every ${unit}`;
  return interval === 2 ? `Every second ${unit}` : `Every ${interval} ${unit}s`;
}

/** The days within the month, week or year: "the last weekday", "day 1 and 15". */
function onDays(rule: Parts): string | undefined {
  const byDay = rule.get('BYDAY');
  const monthDays = rule.get('BYMONTHDAY');
  const isEach = /MONTHLY|YEARLY/.test(rule.get('FREQ') ?? '') && monthDays === undefined;
  const weekdays = byDay === undefined ? undefined : weekdaysText(valuesOf(byDay), isEach);
  const days = monthDays === undefined ? undefined : monthDaysText(valuesOf(monthDays));
  const positions = rule.get('BYSETPOS');
  if (positions === undefined) {
    if (days === undefined) return weekdays ?? '';
    return weekdays === undefined ? days : `${days}, only on ${weekdays}`;
  }
  if (byDay === undefined || days !== undefined || /\d/.test(byDay)) return undefined;
  const chosen = listed(valuesOf(positions).map((position) => ordinal(Number(position))));
  return `the ${chosen} ${isWorkWeek(byDay) ? 'weekday' : `of ${listed(valuesOf(byDay).map(weekdayName), 'or')}`}`;
}

function weekdaysText(items: readonly string[], isEach: boolean): string {
  if (isWorkWeek(items.join(','))) return isEach ? 'each weekday' : 'weekday';
  return listed(
    items.map((item) => {
      const nth = item.slice(0, -2);
      const name = weekdayName(item.slice(-2));
      if (nth !== '') return `the ${ordinal(Number(nth))} ${name}`;
      return isEach ? `each ${name}` : name;
    }),
  );
}

function monthDaysText(items: readonly string[]): string {
  const days = items.filter((item) => !item.startsWith('-'));
  const fromEnd = items.filter((item) => item.startsWith('-'));
  return listed([
    ...(days.length === 0 ? [] : [`day ${listed(days.map((day) => String(Number(day))))}`]),
    ...fromEnd.map((day) => `the ${ordinal(Number(day))} day`),
  ]);
}

/** More times are no short text. */
const MOST_TIMES = 4;

function timesText(rule: Parts): string | undefined {
  const [hours = [], minutes = [], seconds = []] = ['BYHOUR', 'BYMINUTE', 'BYSECOND'].map((name) =>
    valuesOf(rule.get(name) ?? '').map((value) => value.padStart(2, '0')),
  );
  const times = hours.flatMap((hour) =>
    minutes.flatMap((minute) =>
      seconds.map((second) => `${hour}:${minute}${second === '00' ? '' : `:${second}`}`),
    ),
  );
  return times.length === 0 || times.length > MOST_TIMES ? undefined : `at ${listed(times.sort())}`;
}

function valuesOf(list: string): readonly string[] {
  return list.split(',').filter((value) => value !== '');
}

function isWorkWeek(list: string): boolean {
  return [...valuesOf(list)].sort().join() === 'FR,MO,TH,TU,WE';
}

const WEEKDAYS: Readonly<Record<string, string>> = {
  MO: 'Monday',
  TU: 'Tuesday',
  WE: 'Wednesday',
  TH: 'Thursday',
  FR: 'Friday',
  SA: 'Saturday',
  SU: 'Sunday',
};

function weekdayName(name: string): string {
  return WEEKDAYS[name] ?? name;
}

function monthName(month: string): string {
  return new Intl.DateTimeFormat('en-US', { month: 'long', timeZone: 'UTC' }).format(
    Date.UTC(2026, Number(month) - 1),
  );
}

const ORDINALS = ['first', 'second', 'third', 'fourth', 'fifth'];

/** "second", "12th", "last", "second to last". */
function ordinal(n: number): string {
  if (n === -1) return 'last';
  if (n < 0) return `${ordinal(-n)} to last`;
  const suffix = { one: 'st', two: 'nd', few: 'rd' }[String(SUFFIXES.select(n))] ?? 'th';
  return ORDINALS[n - 1] ?? `${n}${suffix}`;
}

const SUFFIXES = new Intl.PluralRules('en', { type: 'ordinal' });

function listed(items: readonly string[], word = 'and'): string {
  const last = items.at(-1) ?? '';
  return items.length < 2 ? last : `${items.slice(0, -1).join(', ')} ${word} ${last}`;
}
