export const MINUTE_MS = 60_000;

/** The minutes that a forecast is about, and now. `from` is the start of a minute; all are ms. */
export interface MinuteWindow {
  readonly now: number;
  readonly from: number;
  readonly minutes: number;
}

/** Called with the index of a minute of the window, and how many runs begin in it. */
export type AddMinute = (minute: number, runs: number) => void;
