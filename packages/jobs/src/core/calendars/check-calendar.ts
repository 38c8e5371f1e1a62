import { type Fault, MOST_FAULTS, NO_FAULTS } from '../input/fault.ts';
import { flag, oneOf, type Rule, required, rule, text } from '../input/rule.ts';
import { below, listOf, recordOf, shape } from '../input/shape.ts';
import { shownValue } from '../input/shown-value.ts';
import { JOB_ID, JOB_ID_RULE } from '../model/job-id.ts';
import { isRecord } from '../objects.ts';
import { parseTimestamp } from '../time/timestamp.ts';
import { isTimezone } from '../time/timezone.ts';
import {
  type Calendar,
  type CalendarWindow,
  type SingleWindow,
  WEEKDAYS,
  type WeeklyWindow,
  type YearlyWindow,
} from './calendar.ts';
import { createCalendarWindows, FARTHEST_LOOK_MS } from './calendar-windows.ts';
import { createLocalClock } from './local-clock.ts';
import { instantOf } from './window-spans.ts';

export const MOST_WINDOWS = 100;
const TIME_OF_DAY = /^(?:[01]\d|2[0-3]):[0-5]\d$/;
const DATE = /^\d\d-\d\d$/;
const LOCAL_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?$/;

const timeOfDay = rule((value) => typeof value === 'string' && TIME_OF_DAY.test(value), {
  what: 'a local time such as "22:00"',
});
const endOfDay = rule((value) => value === '24:00' || timeOfDay.faults(value) === NO_FAULTS, {
  what: 'a local time such as "06:00", or "24:00"',
});
const date = rule((value) => typeof value === 'string' && isDateOfYear(value), {
  what: 'a month and a day such as "12-24"',
  hint: (value) => (typeof value === 'string' && DATE.test(value) ? 'No year has this day' : undefined),
});
const bound = rule((value) => typeof value === 'string' && isTime(value), {
  what: 'a time such as "2030-01-31T09:00:00Z", or a local time such as "2030-01-31T09:00"',
});

const weekly = shape<WeeklyWindow>('a window such as { weekdays: ["sat", "sun"] }', {
  weekdays: required(daysRule()),
  from: timeOfDay,
  to: endOfDay,
});
const yearly = shape<YearlyWindow>('a window such as { fromDate: "12-24", toDate: "01-01" }', {
  fromDate: required(date),
  toDate: date,
});
const single = shape<SingleWindow>(
  'a window such as { startAt: "2030-01-31T09:00", endAt: "2030-01-31T17:00" }',
  {
    startAt: required(bound),
    endAt: required(bound),
  },
);

const WINDOW =
  'a window with weekdays, with fromDate, or with startAt and endAt, such as { weekdays: ["sat", "sun"] }';
const noWindow = rule(() => false, { what: WINDOW });
const KINDS = [weekly, yearly, single];
const ONE_KIND =
  'a window is of one kind: weekdays (with from and to), fromDate (with toDate), or startAt with endAt';

/** A window of one of the three kinds. */
const windowRule: Rule = {
  what: WINDOW,
  faults: (value) => {
    if (!isRecord(value)) return noWindow.faults(value);
    const fieldsOf = ({ fields }: (typeof KINDS)[number]) =>
      Object.keys(fields).filter((name) => value[name] !== undefined);
    const [kind, ...more] = KINDS.filter((one) => fieldsOf(one).length > 0);
    if (kind === undefined) return noWindow.faults(value);
    const others = more.flatMap(fieldsOf);
    if (others.length === 0) return kind.faults(value);
    const detail = `does not go with ${fieldsOf(kind).join(' and ')}: ${ONE_KIND}`;
    const own = Object.entries(value).filter(([name]) => !others.includes(name));
    return [
      ...kind.faults(Object.fromEntries(own)),
      ...others.map((name) => below(name, { pointer: '', detail })),
    ];
  },
};

/** What people set of a calendar. */
export interface CalendarInput {
  /** Default: the id. */
  readonly name?: string | undefined;
  /** An IANA time zone. Default: UTC. */
  readonly timezone?: string | undefined;
  /** 1 to 100 windows. Those that touch or overlap are one window. */
  readonly windows: readonly CalendarWindow[];
}

/** A calendar for the option `calendars` of `createJobs`, in camelCase. */
export interface DeclaredCalendar extends CalendarInput {
  /** True: takes over a calendar of this id that was made over the API. Default false: the start fails. */
  readonly adopt?: boolean | undefined;
}

const windowList = listOf('a list of windows, such as [{ weekdays: ["sat", "sun"] }]', windowRule);
const countOfWindows = rule(
  (value) => !Array.isArray(value) || (value.length >= 1 && value.length <= MOST_WINDOWS),
  { what: `a list of at least 1 window and at most ${MOST_WINDOWS}, such as [{ weekdays: ["sat", "sun"] }]` },
);

const CALENDAR = 'a calendar such as { timezone: "Europe/Berlin", windows: [{ weekdays: ["sat", "sun"] }] }';
const calendarFields = {
  name: text({ min: 1, max: 200, like: 'Public holidays' }),
  timezone: rule((value) => typeof value === 'string' && isTimezone(value), {
    what: 'an IANA time zone, such as "Europe/Berlin" or "UTC"',
  }),
  windows: required({
    what: windowList.what,
    faults: (value) => [...countOfWindows.faults(value), ...windowList.faults(value)].slice(0, MOST_FAULTS),
  }),
};

export const calendarRules = required(shape<CalendarInput>(CALENDAR, calendarFields));

/** The calendars that code declares, by id. */
export const declaredCalendarsRule = recordOf(
  'calendars by id, such as { holidays: { timezone: "Europe/Berlin", windows: [{ weekdays: ["sat", "sun"] }] } }',
  {
    key: {
      what: 'an id',
      faults: (id) => (JOB_ID.test(String(id)) ? NO_FAULTS : [{ pointer: '', detail: JOB_ID_RULE }]),
    },
    of: required(shape<DeclaredCalendar>(CALENDAR, { ...calendarFields, adopt: flag })),
  },
);

/**
 * P33, calendars and ends: the faults of windows that follow {@link calendarRules}. A window ends after its
 * start, and the windows never cover 5 years without a break, from `now` or from the start of one of them.
 */
export function calendarFaults(
  calendar: Pick<Calendar, 'timezone' | 'windows'>,
  now: number,
): readonly Fault[] {
  const clock = createLocalClock(calendar.timezone);
  const starts = [now];
  const faults: Fault[] = [];
  for (const [n, window] of calendar.windows.entries()) {
    if (!('startAt' in window)) continue;
    const start = instantOf(window.startAt, clock, 'first');
    starts.push(start);
    if (start < instantOf(window.endAt, clock, 'last')) continue;
    const detail = `must be after startAt, ${window.startAt}; got ${shownValue(window.endAt)}`;
    faults.push({ pointer: `/windows/${n}/endAt`, detail });
  }
  if (faults.length > 0) return faults;
  const windows = createCalendarWindows(calendar);
  const isCovered = starts.some((start) => windows.freeFrom(start) - start > FARTHEST_LOOK_MS);
  return isCovered ? [{ pointer: '/windows', detail: NO_TIME_FREE }] : NO_FAULTS;
}

const NO_TIME_FREE =
  'must leave time free: together, these windows cover more than 5 years without a break, so jobs would never run';

function daysRule(): Rule {
  const days = listOf('a list of weekdays, such as ["sat", "sun"]', oneOf(...WEEKDAYS));
  const some = rule((value) => !Array.isArray(value) || value.length > 0, { what: days.what });
  return { what: days.what, faults: (value) => [...some.faults(value), ...days.faults(value)] };
}

function isDateOfYear(value: string): boolean {
  // 2024 is a leap year: 02-29 is a date.
  return DATE.test(value) && parseTimestamp(`2024-${value}T00:00:00Z`).ok;
}

function isTime(value: string): boolean {
  if (!LOCAL_TIME.test(value)) return parseTimestamp(value).ok;
  return parseTimestamp(`${value.length === 16 ? `${value}:00` : value}Z`).ok;
}
