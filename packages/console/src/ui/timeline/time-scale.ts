/** The visible time span in ms, and its width in pixels. */
export interface TimelineWindow {
  readonly from: number;
  readonly to: number;
  readonly width: number;
}

/** The pixel of an instant, which may be outside the drawing. */
export function pixelOf(instant: number, { from, to, width }: TimelineWindow): number {
  return ((instant - from) / (to - from)) * width;
}

const MINUTE_MS = 60_000;
const TICK_STEPS_MS = [
  ...[1, 2, 5, 10].map((seconds) => seconds * 1_000),
  ...[0.5, 1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1_440, 2_880, 7_200, 14_400].map(
    (minutes) => minutes * MINUTE_MS,
  ),
];

/**
 * Up to `most` round instants in the window. `offsetMs` is the viewer's offset from UTC, so that days start
 * at the viewer's midnight.
 */
export function timeTicks(
  { from, to }: Pick<TimelineWindow, 'from' | 'to'>,
  { most, offsetMs }: { readonly most: number; readonly offsetMs: number },
): readonly number[] {
  const step = TICK_STEPS_MS.find((ms) => (to - from) / ms <= most) ?? to - from;
  const first = Math.ceil((from + offsetMs) / step) * step - offsetMs;
  const ticks: number[] = [];
  for (let at = first; at < to && ticks.length < most; at += step) ticks.push(at);
  return ticks;
}
