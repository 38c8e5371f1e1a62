import { escapedText, shownValue } from '../../input/shown-value.ts';

/** A recurrence rule as written: what it leaves out is undefined. Lists are sorted, each value once. */
export interface RuleText {
  readonly freq: Frequency;
  readonly interval: number;
  /** 0 is Monday. */
  readonly weekStart: number;
  readonly weekdays: readonly NthWeekday[] | undefined;
  readonly months: readonly number[] | undefined;
  readonly monthDays: readonly number[] | undefined;
  readonly yearDays: readonly number[] | undefined;
  readonly positions: readonly number[] | undefined;
  readonly hours: readonly number[] | undefined;
  readonly minutes: readonly number[] | undefined;
  readonly seconds: readonly number[] | undefined;
}

export type Frequency = (typeof FREQUENCIES)[number];

/** A weekday (0 is Monday): each one, or the nth of its month or year, from the end if `nth` is negative. */
export interface NthWeekday {
  readonly weekday: number;
  readonly nth: number | undefined;
}

export type ReadRule =
  | { readonly ok: true; readonly rule: RuleText }
  | { readonly ok: false; readonly detail: string };

const FREQUENCIES = ['YEARLY', 'MONTHLY', 'WEEKLY', 'DAILY'] as const;
export const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
const LONGEST_INTERVAL = 1_000;
const EXAMPLE = 'FREQ=WEEKLY;BYDAY=MO;BYHOUR=9';
const LAST_WEEKDAY = 'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1';

/** The parts whose values are lists of numbers. Negative numbers count from the end. */
const NUMBERS = {
  BYMONTH: { least: 1, most: 12, isSigned: false },
  BYMONTHDAY: { least: 1, most: 31, isSigned: true },
  BYYEARDAY: { least: 1, most: 366, isSigned: true },
  BYSETPOS: { least: 1, most: 366, isSigned: true },
  BYHOUR: { least: 0, most: 23, isSigned: false },
  BYMINUTE: { least: 0, most: 59, isSigned: false },
  BYSECOND: { least: 0, most: 59, isSigned: false },
} as const;
const PARTS = ['FREQ', 'INTERVAL', 'BYDAY', ...Object.keys(NUMBERS), 'WKST'];

const BY_CALENDAR =
  'put the dates without a run into a calendar, and name it, such as calendar: { "id": "holidays", "mode": "skip" }';

/** The parts of iCalendar that have a field of their own in a job, or none. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  COUNT: 'must not contain COUNT: give the number of runs as maxRuns',
  UNTIL: 'must not contain UNTIL: give the end as endAt',
  DTSTART: 'must not contain DTSTART: give the start as startAt, and its time zone as timezone',
  TZID: 'must not contain TZID: give the time zone as timezone',
  RDATE: 'must not contain RDATE: make another job for further dates, such as one with runAt',
  EXDATE: `must not contain EXDATE: ${BY_CALENDAR}`,
  EXRULE: `must not contain EXRULE: ${BY_CALENDAR}`,
};

/** Reads a rule, or says what is wrong with it (RFC 5545, section 3.3.10). */
export function readRule(text: string): ReadRule {
  const body = text.replace(/^\s*RRULE:/i, '');
  const elsewhere = /(?:^|[\s;])(COUNT|UNTIL|DTSTART|TZID|RDATE|EXDATE|EXRULE)[=:;]/.exec(plain(body))?.[1];
  if (elsewhere !== undefined) return fault(ELSEWHERE[elsewhere] ?? '');
  const parts = new Map<string, string>();
  for (const part of body.split(';')) {
    if (plain(part) === '') continue;
    const [written = '', value, ...more] = part.split('=');
    const name = plain(written);
    if (value === undefined || plain(value) === '' || more.length > 0 || !/^[A-Z-]+$/.test(name))
      return fault(
        `must have parts such as ${EXAMPLE}, separated by semicolons; got ${shownValue(part.trim())}`,
      );
    if (!PARTS.includes(name))
      return fault(`must have no part but ${PARTS.join(', ')}; got ${escapedText(written.trim())}`);
    if (parts.has(name)) return fault(`must have each part once; got ${name} twice`);
    parts.set(name, value);
  }
  return readParts(parts);
}

/** A part or a value as the rules name it. Errors show it as written. */
function plain(text: string): string {
  return text.toUpperCase().replaceAll(/[ \t]/g, '');
}

function readParts(parts: ReadonlyMap<string, string>): ReadRule {
  const details: string[] = [];
  const note = (detail: string): undefined => void details.push(detail);
  const freq = readFrequency(parts.get('FREQ'), note);
  const numbers = (name: keyof typeof NUMBERS) => readNumbers(name, parts.get(name), note);
  const rule = {
    interval: readInterval(parts.get('INTERVAL') ?? '1', note),
    weekStart: readWeekStart(parts.get('WKST') ?? 'MO', note),
    weekdays: readWeekdays(parts.get('BYDAY'), note),
    months: numbers('BYMONTH'),
    monthDays: numbers('BYMONTHDAY'),
    yearDays: numbers('BYYEARDAY'),
    positions: numbers('BYSETPOS'),
    hours: numbers('BYHOUR'),
    minutes: numbers('BYMINUTE'),
    seconds: numbers('BYSECOND'),
  };
  const [detail] = details;
  if (detail !== undefined || freq === undefined) return fault(detail ?? '');
  const together = faultTogether({ freq, ...rule });
  return together === undefined ? { ok: true, rule: { freq, ...rule } } : fault(together);
}

/** What RFC 5545 forbids to combine, or what would do nothing. */
function faultTogether({ freq, weekdays = [], ...rule }: RuleText): string | undefined {
  const nths = weekdays.flatMap(({ nth }) => (nth === undefined ? [] : [Math.abs(nth)]));
  if (nths.length > 0 && (freq === 'DAILY' || freq === 'WEEKLY'))
    return `BYDAY must have weekdays without numbers with FREQ=${freq}, such as BYDAY=MO`;
  if (nths.some((nth) => nth > 5) && (freq === 'MONTHLY' || rule.months !== undefined))
    return 'BYDAY must have numbers from 1 to 5, or -1 to -5, within a month, such as 2FR or -1FR';
  if (rule.monthDays !== undefined && freq === 'WEEKLY')
    return 'BYMONTHDAY must not go with FREQ=WEEKLY: use FREQ=MONTHLY';
  if (rule.yearDays !== undefined && freq !== 'YEARLY') return 'BYYEARDAY only goes with FREQ=YEARLY';
  if (rule.positions === undefined) return undefined;
  if (freq === 'DAILY') return 'BYSETPOS must not go with FREQ=DAILY: it chooses among several days';
  if (weekdays.length === 0 && rule.monthDays === undefined && rule.yearDays === undefined)
    return 'BYSETPOS needs the days among which it chooses, such as BYDAY=MO,TU,WE,TH,FR';
  const times = [rule.hours, rule.minutes, rule.seconds];
  if (times.every((list) => list === undefined || list.length === 1)) return undefined;
  return 'BYSETPOS needs one time of day, such as BYHOUR=9: it would choose among times, and not among days. For several times, make several jobs';
}

type Note = (detail: string) => undefined;

function readFrequency(text: string | undefined, note: Note): Frequency | undefined {
  const names = FREQUENCIES.join(', ');
  if (text === undefined) return note(`needs FREQ, which is one of ${names}, such as ${EXAMPLE}`);
  const word = plain(text);
  const freq = FREQUENCIES.find((name) => name === word);
  if (freq !== undefined) return freq;
  if (word === 'HOURLY' || word === 'MINUTELY' || word === 'SECONDLY')
    return note(`FREQ=${word} is not possible: use interval, such as 2h, or cron, such as */15 9-17 * * *`);
  return note(`FREQ must be one of ${names}, such as ${EXAMPLE}; got ${shownValue(text.trim())}`);
}

function readInterval(text: string, note: Note): number {
  const word = plain(text);
  const interval = /^\d{1,4}$/.test(word) ? Number(word) : 0;
  if (interval < 1 || interval > LONGEST_INTERVAL)
    note(
      `INTERVAL must be from 1 to ${LONGEST_INTERVAL}, such as INTERVAL=2; got ${shownValue(text.trim())}`,
    );
  return interval;
}

function readWeekStart(text: string, note: Note): number {
  const weekStart = WEEKDAYS.indexOf(plain(text));
  if (weekStart < 0) note(`WKST must be one of ${WEEKDAYS.join(', ')}; got ${shownValue(text.trim())}`);
  return weekStart;
}

function readWeekdays(text: string | undefined, note: Note): readonly NthWeekday[] | undefined {
  const found = new Map<string, NthWeekday>();
  for (const item of text?.split(',') ?? []) {
    const [, sign = '', digits, name = ''] = /^([+-]?)(?:(\d{1,2}))?([A-Z]{2})$/.exec(plain(item)) ?? [];
    const weekday = WEEKDAYS.indexOf(name);
    const nth = digits === undefined ? undefined : Number(`${sign}${digits}`);
    const isNth = nth === undefined ? sign === '' : nth !== 0 && Math.abs(nth) <= 53;
    if (weekday < 0 || !isNth)
      return note(
        `BYDAY must have weekdays such as MO, 2FR (the second) or -1FR (the last); ${gotWords(item)}`,
      );
    found.set(`${nth ?? ''} ${weekday}`, { weekday, nth });
  }
  const inOrder = (a: NthWeekday, b: NthWeekday) => (a.nth ?? 0) - (b.nth ?? 0) || a.weekday - b.weekday;
  return text === undefined ? undefined : [...found.values()].sort(inOrder);
}

function readNumbers(
  name: keyof typeof NUMBERS,
  text: string | undefined,
  note: Note,
): readonly number[] | undefined {
  const { least, most, isSigned } = NUMBERS[name];
  const found = new Set<number>();
  for (const item of text?.split(',') ?? []) {
    const word = plain(item);
    const value = /^[+-]?\d{1,3}$/.test(word) ? Number(word) : Number.NaN;
    const size = isSigned ? Math.abs(value) : value;
    if (!(size >= least && size <= most)) {
      const range = isSigned ? `${least} to ${most} or -${least} to -${most}` : `${least} to ${most}`;
      return note(`${name} must have numbers from ${range}, such as ${name}=${least}; ${gotWords(item)}`);
    }
    found.add(value);
  }
  return text === undefined ? undefined : [...found].sort((a, b) => a - b);
}

/** What people know from cron, and how a rule says it. */
const FROM_CRON: Readonly<Record<string, string>> = {
  L: '. For the last day of the month, write BYMONTHDAY=-1',
  LW: `. For the last weekday of the month, write ${LAST_WEEKDAY}`,
};

function gotWords(item: string): string {
  return `got ${shownValue(item.trim())}${FROM_CRON[plain(item)] ?? ''}`;
}

function fault(detail: string): ReadRule {
  return { ok: false, detail };
}
