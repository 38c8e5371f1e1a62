import { axisTimeText } from '../chart/axis-time-text.ts';
import { clockText } from '../clock/time-text.ts';
import { useZone, type Zone } from '../clock/zone.tsx';
import { pixelOf, type TimelineWindow, timeTicks } from './time-scale.ts';
import classes from './ui-timeline.module.css';

const TICK_LABEL_PX = 84;
const TICK_TEXT_PX = 40;
const SECONDS_TEXT_PX = 56;
/** Ticks of a shorter time are seconds apart. */
const SHORT_MS = 600_000;

interface TimeAxisProps {
  readonly window: TimelineWindow;
  readonly height: number;
}

/** Lines at round times in a drawing of this height, without labels. */
export function TimeGrid({ window, height }: TimeAxisProps) {
  const { zone } = useZone();
  return ticksOf(window, zone).map((at) => {
    const x = pixelOf(at, window);
    return <line key={at} className={classes.grid} x1={x} x2={x} y1={0} y2={height} />;
  });
}

function ticksOf(window: TimelineWindow, zone: Zone): readonly number[] {
  const most = Math.max(Math.floor(window.width / TICK_LABEL_PX), 1);
  const offsetMs = zone === 'utc' ? 0 : -new Date(window.to).getTimezoneOffset() * 60_000;
  return timeTicks(window, { most, offsetMs });
}

/** Lines at round times, with their labels below the drawing of this height. */
export function TimeAxis({ window, height }: TimeAxisProps) {
  const { zone } = useZone();
  return (
    <g>
      <line className={classes.axis} x1={0} x2={window.width} y1={height + 0.5} y2={height + 0.5} />
      {ticksOf(window, zone).map((at) => {
        const x = pixelOf(at, window);
        // Leaves out a label that the edge would cut off.
        const isWhole = x + (isShort(window) ? SECONDS_TEXT_PX : TICK_TEXT_PX) < window.width;
        return (
          <g key={at}>
            <line className={classes.grid} x1={x} x2={x} y1={0} y2={height + 4} />
            {isWhole ? (
              <text className={classes.tickText} x={x + 4} y={height + 16}>
                {tickText(at, window, zone)}
              </text>
            ) : null}
          </g>
        );
      })}
    </g>
  );
}

const DAY_MS = 86_400_000;
const DAYS = {
  local: new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' }),
  utc: new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' }),
} as const;

function isShort({ from, to }: Pick<TimelineWindow, 'from' | 'to'>): boolean {
  return to - from < SHORT_MS;
}

/** Midnight shows its day. */
function tickText(at: number, { from, to }: TimelineWindow, zone: Zone): string {
  if (isShort({ from, to })) return axisTimeText(at / 1_000, undefined, zone);
  const clock = clockText(at, zone);
  return to - from > 2 * DAY_MS || clock === '00:00' ? DAYS[zone].format(at) : clock;
}
