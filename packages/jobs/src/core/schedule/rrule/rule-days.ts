import type { NthWeekday, RuleText } from './rule-text.ts';

const DAY_MS = 86_400_000;
/** The day after the last one with slots, in the year 3000. */
export const END_DAY = Date.UTC(3000, 0, 1) / DAY_MS;

/** The part of a rule that says on which days it has slots. Lists that are left out allow every day. */
export interface DayRule
  extends Pick<
    RuleText,
    'freq' | 'interval' | 'weekStart' | 'weekdays' | 'months' | 'monthDays' | 'yearDays' | 'positions'
  > {
  /** Intervals count from the day, week, month or year that has this day. */
  readonly anchorDay: number;
}

/** Finds the days of a rule. A day is a number: 0 is 1 January 1970. */
export interface DaySearch {
  next(after: number): number | undefined;
  previous(before: number): number | undefined;
}

export function createDaySearch(rule: DayRule): DaySearch {
  const { of, start } = periodsOf(rule);
  const { interval } = rule;
  const anchor = of(rule.anchorDay);
  // Slots are asked for one after the other, so the last period is very often the next one.
  let latest: { readonly period: number; readonly days: readonly number[] } | undefined;
  const daysOf = (period: number): readonly number[] => {
    if (latest?.period === period) return latest.days;
    const days: number[] = [];
    const end = start(period + 1);
    for (let day = start(period); day < end; day += 1) if (isDay(rule, day)) days.push(day);
    latest = { period, days: chosen(days, rule.positions) };
    return latest.days;
  };
  return {
    next(after) {
      const from = of(after);
      for (let period = from + modulo(anchor - from, interval); start(period) < END_DAY; period += interval) {
        const day = daysOf(period).find((day) => day > after);
        if (day !== undefined) return day < END_DAY ? day : undefined;
      }
      return undefined;
    },
    previous(before) {
      const from = of(before);
      for (let period = from - modulo(from - anchor, interval); start(period + 1) >= 0; period -= interval) {
        const day = daysOf(period).findLast((day) => day < before);
        if (day !== undefined) return day;
      }
      return undefined;
    },
  };
}

/** The years, months, weeks or days from which a rule chooses: the period of a day, and its first day. */
interface Periods {
  of(day: number): number;
  start(period: number): number;
}

function periodsOf({ freq, weekStart }: DayRule): Periods {
  switch (freq) {
    case 'YEARLY':
      return { of: (day) => dateOf(day).getUTCFullYear(), start: (year) => firstOfMonth(year, 0) };
    case 'MONTHLY':
      return {
        of: (day) => dateOf(day).getUTCFullYear() * 12 + dateOf(day).getUTCMonth(),
        start: (month) => firstOfMonth(Math.floor(month / 12), month % 12),
      };
    case 'WEEKLY': {
      // 1 January 1970 was a Thursday, the fourth day of a week that begins on Monday.
      const first = weekStart - 3;
      return { of: (day) => Math.floor((day - first) / 7), start: (week) => week * 7 + first };
    }
    case 'DAILY':
      return { of: (day) => day, start: (day) => day };
    default:
      return freq satisfies never;
  }
}

function isDay(rule: DayRule, day: number): boolean {
  const { weekdays, months, monthDays, yearDays } = rule;
  const weekday = modulo(day + 3, 7);
  if (weekdays?.every((of) => of.weekday !== weekday)) return false;
  const date = dateOf(day);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  if (months?.includes(month + 1) === false) return false;
  const inMonth = placeIn(day, firstOfMonth(year, month), firstOfMonth(year, month + 1));
  const inYear = placeIn(day, firstOfMonth(year, 0), firstOfMonth(year + 1, 0));
  if (monthDays !== undefined && !isAt(inMonth, monthDays)) return false;
  if (yearDays !== undefined && !isAt(inYear, yearDays)) return false;
  const within = rule.freq === 'YEARLY' && months === undefined ? inYear : inMonth;
  return weekdays === undefined || weekdays.some((of) => of.weekday === weekday && isNth(within, of));
}

/** Which day of a month or year it is, from the start (1 is the first) and from the end (-1 is the last). */
interface Place {
  readonly fromStart: number;
  readonly fromEnd: number;
}

function placeIn(day: number, first: number, end: number): Place {
  return { fromStart: day - first + 1, fromEnd: day - end };
}

function isAt({ fromStart, fromEnd }: Place, days: readonly number[]): boolean {
  return days.includes(fromStart) || days.includes(fromEnd);
}

function isNth({ fromStart, fromEnd }: Place, { nth }: NthWeekday): boolean {
  if (nth === undefined) return true;
  return nth > 0 ? Math.ceil(fromStart / 7) === nth : Math.floor(fromEnd / 7) === nth;
}

/** The days at these positions of a period: 1 is the first, -1 the last. */
function chosen(days: readonly number[], positions: readonly number[] | undefined): readonly number[] {
  if (positions === undefined) return days;
  return days.filter((_, index) => positions.includes(index + 1) || positions.includes(index - days.length));
}

function dateOf(day: number): Date {
  return new Date(day * DAY_MS);
}

/** Months count from 0; the 13th is the first of the next year. */
function firstOfMonth(year: number, month: number): number {
  return Date.UTC(year, month) / DAY_MS;
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}
