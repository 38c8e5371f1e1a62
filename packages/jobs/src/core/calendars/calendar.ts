/** Windows of time that jobs skip or move out of, with a name and a time zone (P33, calendars and ends). */
export interface Calendar {
  readonly id: string;
  readonly name: string;
  /** The zone of all local dates and times in `windows`. */
  readonly timezone: string;
  readonly windows: readonly CalendarWindow[];
  readonly createdBy?: string;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** A window contains its start, but not its end. */
export type CalendarWindow = WeeklyWindow | YearlyWindow | SingleWindow;

/** On each of these days from one local time to another, such as `22:00` to `06:00` of the next day. */
export interface WeeklyWindow {
  readonly weekdays: readonly Weekday[];
  /** Default: `00:00`. */
  readonly from?: string;
  /** Default: `24:00`. A time at or before `from` is on the next day. */
  readonly to?: string;
}

/** Each year from the start of one date to the end of another, such as `12-24` to `01-01`. */
export interface YearlyWindow {
  readonly fromDate: string;
  /** Default: `fromDate`. A date before it is in the next year. */
  readonly toDate?: string;
}

/** Once: RFC 3339 times with an offset, or local ones without, such as `2030-01-31T09:00`. */
export interface SingleWindow {
  readonly startAt: string;
  readonly endAt: string;
}

/** What a job does with slots inside a window. */
export const CALENDAR_MODES = ['skip', 'move'] as const;
export type CalendarMode = (typeof CALENDAR_MODES)[number];
