import { createMemo } from '../../memo.ts';
import { stretchAt } from '../../time/timezone.ts';
import { countInBlocks } from '../clocks/count-in-blocks.ts';
import { shortestGapOf } from '../clocks/shortest-gap.ts';
import type { SlotClock } from '../clocks/slot-clock.ts';
import { createZoneClock } from '../clocks/zone-clock.ts';
import { createDaySearch, type DayRule, type DaySearch, END_DAY } from './rule-days.ts';
import { type RuleText, readRule, WEEKDAYS } from './rule-text.ts';

/** A recurrence rule with what its slots depend on. `startAt` is an instant in ms. */
export interface Rrule {
  readonly rrule: string;
  readonly timezone: string;
  readonly startAt?: number | undefined;
}

const DAY_MS = 86_400_000;
/** For more times of a day, there are intervals and cron. */
const MOST_TIMES_A_DAY = 1_440;
/** A rule has a slot at least once in this number of days: 8 years, because 2100 has no 29 February. */
const LONGEST_WAIT_DAYS = 8 * 366;
/** After it, a rule may have no slots because of the end of all slots. */
const LAST_JUDGED_DAY = END_DAY - LONGEST_WAIT_DAYS;
/** Weekdays and dates repeat after it, but for centuries. */
const CYCLE_DAYS = 28 * 366;
/** The days of a rule without a start are judged from here: the start of a year with a 29 February. */
const ANY_DAY = Date.UTC(2028, 0, 1) / DAY_MS;

/** The error message for a rule; `undefined` if it is valid. */
export function rruleFault(rrule: Rrule): string | undefined {
  const read = readRule(rrule.rrule);
  if (!read.ok) return read.detail;
  const start = startOf(rrule);
  const detail = faultWithoutStart(read.rule, start) ?? timesFault(read.rule);
  if (detail !== undefined) return detail;
  const days = createDaySearch(dayRule(read.rule, start));
  // No slot is before 1970.
  const from = Math.max(start?.day ?? ANY_DAY, 0);
  const to = Math.min(from + CYCLE_DAYS * read.rule.interval, END_DAY);
  if (from < LAST_JUDGED_DAY && (days.previous(to) ?? -1) < from)
    return 'never has a slot, because no day fits all its parts. For example, 30 February does not exist. Change or remove a part';
  return waitsTooLong(days, { from, to })
    ? 'must have a slot at least every 8 years; the slots of this rule are further apart. Instead, make a job with runAt for each date'
    : undefined;
}

/** The clock of a valid rule. Caches the last 100 clocks, up to 20 KB each. */
export function rruleClock({ rrule, timezone, startAt }: Rrule): SlotClock {
  return clocks(`${timezone} ${startAt ?? ''} ${rrule}`);
}

const clocks = createMemo(100, (key) => {
  const [timezone = '', start = '', ...words] = key.split(' ');
  const startAt = start === '' ? undefined : Number(start);
  const rule = { rrule: words.join(' '), timezone, startAt };
  return createZoneClock(rruleWall(rule), { timezone, fixedTime: true });
});

/**
 * The shortest time (ms) between any two slots of a valid rule, on the local clock. `Infinity` if it has at
 * most one slot.
 */
export function shortestRruleGap(rrule: Rrule): number {
  return shortestGapOf(rruleWall(rrule), ruleOf(rrule).interval);
}

/** The local times of a valid rule, as if they were UTC. */
export function rruleWall(rrule: Rrule): SlotClock {
  const rule = ruleOf(rrule);
  const start = startOf(rrule);
  const days = createDaySearch(dayRule(rule, start));
  const times = timesOf(rule, start);
  const isDay = (day: number) => days.next(day - 1) === day;
  const at = (day: number | undefined, time: number | undefined) =>
    day === undefined || time === undefined ? undefined : day * DAY_MS + time;
  const next = (after: number) => {
    const day = Math.floor(after / DAY_MS);
    const time = isDay(day) ? times.find((time) => day * DAY_MS + time > after) : undefined;
    return time === undefined ? at(days.next(day), times[0]) : at(day, time);
  };
  const previous = (before: number) => {
    const day = Math.floor(before / DAY_MS);
    const time = isDay(day) ? times.findLast((time) => day * DAY_MS + time < before) : undefined;
    return time === undefined ? at(days.previous(day), times.at(-1)) : at(day, time);
  };
  return { next, previous, count: countInBlocks(next) };
}

/** Whether two valid rules are the same rule, however they are written. */
export function sameRrule(a: string, b: string): boolean {
  return a === b || JSON.stringify(readRule(a)) === JSON.stringify(readRule(b));
}

function ruleOf({ rrule }: Rrule): RuleText {
  const read = readRule(rrule);
  if (read.ok) return read.rule;
  throw new Error(`a stored rule is not valid: ${read.detail}`);
}

/** A start by the local clock. */
interface LocalStart {
  readonly day: number;
  readonly date: Date;
}

function startOf({ timezone, startAt }: Rrule): LocalStart | undefined {
  if (startAt === undefined) return undefined;
  const local = startAt + stretchAt(timezone, startAt).offsetMs;
  return { day: Math.floor(local / DAY_MS), date: new Date(local) };
}

/** What a rule without a start must say itself. */
function faultWithoutStart(rule: RuleText, start: LocalStart | undefined): string | undefined {
  if (start !== undefined) return undefined;
  const { freq, interval } = rule;
  if (interval > 1) return `INTERVAL=${interval} needs startAt, from which the intervals count`;
  if (freq !== 'DAILY' && namesNoDay(rule)) {
    const example = freq === 'WEEKLY' ? 'BYDAY=MO' : 'BYMONTHDAY=1';
    return `FREQ=${freq} needs its days, such as ${example}, or startAt, whose day then counts`;
  }
  if (rule.hours === undefined)
    return 'needs BYHOUR, such as BYHOUR=9, or startAt, whose time of day then counts';
  return undefined;
}

function namesNoDay({ weekdays, monthDays, yearDays }: RuleText): boolean {
  return weekdays === undefined && monthDays === undefined && yearDays === undefined;
}

function timesFault({ hours, minutes, seconds }: RuleText): string | undefined {
  const count = [hours, minutes, seconds].reduce((product, list) => product * (list?.length ?? 1), 1);
  if (count <= MOST_TIMES_A_DAY) return undefined;
  return `must have at most ${MOST_TIMES_A_DAY} times a day; got ${count}. For more, use interval or cron`;
}

/** The days of a rule; what it leaves out comes from its start. */
function dayRule(rule: RuleText, start: LocalStart | undefined): DayRule {
  const days = { ...rule, anchorDay: start?.day ?? 0 };
  if (start === undefined || rule.freq === 'DAILY' || !namesNoDay(rule)) return days;
  const { date } = start;
  if (rule.freq === 'WEEKLY')
    return {
      ...days,
      weekdays: [{ weekday: (date.getUTCDay() + WEEKDAYS.length - 1) % WEEKDAYS.length, nth: undefined }],
    };
  const months = rule.freq === 'YEARLY' ? [date.getUTCMonth() + 1] : undefined;
  return { ...days, months: rule.months ?? months, monthDays: [date.getUTCDate()] };
}

/** The times of a day (ms), in order. */
function timesOf({ hours, minutes, seconds }: RuleText, start: LocalStart | undefined): readonly number[] {
  const of = (list: readonly number[] | undefined, left: number | undefined) => list ?? [left ?? 0];
  return of(hours, start?.date.getUTCHours()).flatMap((hour) =>
    of(minutes, start?.date.getUTCMinutes()).flatMap((minute) =>
      of(seconds, start?.date.getUTCSeconds()).map((second) => ((hour * 60 + minute) * 60 + second) * 1_000),
    ),
  );
}

/** Whether the days of a rule are ever further apart than is allowed. */
function waitsTooLong(
  days: DaySearch,
  { from, to }: { readonly from: number; readonly to: number },
): boolean {
  const end = Math.min(to, LAST_JUDGED_DAY);
  for (let day = from - 1; day < end; ) {
    const latest = days.previous(day + LONGEST_WAIT_DAYS + 1);
    if (latest === undefined || latest <= day) return true;
    day = latest;
  }
  return false;
}
