import { memo } from 'react';
import { clockText } from '../../ui/clock/time-text.ts';
import { useZone, type Zone } from '../../ui/clock/zone.tsx';
import { RUN_COLORS } from '../../ui/status/status.tsx';
import classes from './timeline.module.css';
import { COLUMN_PX, type Density, type DensityColumn } from './timeline-density.ts';
import {
  type Mark,
  pixelOf,
  type TimelineLayout,
  type TimelineWindow,
  timeTicks,
} from './timeline-layout.ts';

interface TimelineDrawingProps {
  readonly layout: TimelineLayout;
  readonly window: TimelineWindow;
  readonly now: number;
  readonly knownFrom: number | undefined;
  readonly upcoming: readonly string[];
  readonly current: Mark | undefined;
}

export const LANE_PX = 26;
const BAR_PX = 14;
const BAR_TOP = 9;
const AXIS_PX = 22;
const TICK_LABEL_PX = 84;
const TICK_TEXT_PX = 40;

/** The drawing of the timeline. Screen readers skip it and read the text around it. */
export function TimelineDrawing({ layout, window, now, knownFrom, upcoming, current }: TimelineDrawingProps) {
  const { width } = window;
  // One more lane for skipped slots.
  const height = (layout.lanes + 1) * LANE_PX;
  const nowX = pixelOf(now, window);
  const known = knownFrom === undefined ? 0 : Math.min(Math.max(pixelOf(knownFrom, window), 0), width);
  return (
    <svg
      className={classes.drawing}
      width={width}
      height={height + AXIS_PX}
      viewBox={`0 0 ${width} ${height + AXIS_PX}`}
      aria-hidden="true"
    >
      <Axis window={window} height={height} />
      {known === 0 ? null : <rect className={classes.unread} x={0} y={0} width={known} height={height} />}
      {layout.density === undefined ? (
        <Marks marks={layout.marks} />
      ) : (
        <>
          <Columns density={layout.density} height={layout.lanes * LANE_PX} />
          <Marks marks={layout.marks.filter(({ kind }) => kind !== 'bar')} />
        </>
      )}
      {upcoming.map((at) => {
        const x = pixelOf(Date.parse(at), window);
        return x < nowX || x > width ? null : (
          <line key={at} className={classes.upcoming} x1={x} x2={x} y1={4} y2={height} />
        );
      })}
      <line className={classes.now} x1={nowX} x2={nowX} y1={0} y2={height} />
      {current === undefined ? null : (
        <Current
          mark={current}
          columnHeight={layout.density === undefined ? undefined : layout.lanes * LANE_PX}
        />
      )}
    </svg>
  );
}

function Axis({ window, height }: { readonly window: TimelineWindow; readonly height: number }) {
  const { zone } = useZone();
  const most = Math.max(Math.floor(window.width / TICK_LABEL_PX), 1);
  const offsetMs = zone === 'utc' ? 0 : -new Date(window.to).getTimezoneOffset() * 60_000;
  return (
    <g>
      <line className={classes.axis} x1={0} x2={window.width} y1={height + 0.5} y2={height + 0.5} />
      {timeTicks(window, { most, offsetMs }).map((at) => {
        const x = pixelOf(at, window);
        // Leaves out a label that the edge would cut off.
        const isWhole = x + TICK_TEXT_PX < window.width;
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

/** Midnight shows its day. */
function tickText(at: number, { from, to }: TimelineWindow, zone: Zone): string {
  const clock = clockText(at, zone);
  return to - from > 2 * DAY_MS || clock === '00:00' ? DAYS[zone].format(at) : clock;
}

// Memoized: hundreds of marks stay the same while the pointer moves.
const Marks = memo(function Marks({ marks }: { readonly marks: readonly Mark[] }) {
  return marks.map((mark) => <OneMark key={mark.run.id} mark={mark} />);
});

function OneMark({ mark }: { readonly mark: Mark }) {
  const top = mark.lane * LANE_PX;
  const middle = top + BAR_TOP + BAR_PX / 2;
  const { covers, wait } = mark;
  return (
    <g style={{ color: RUN_COLORS[mark.run.status] }}>
      {covers === undefined ? null : (
        <rect className={classes.covers} x={covers.x} y={middle - 3} width={covers.width} height={6} />
      )}
      {wait === undefined ? null : (
        <line className={classes.wait} x1={wait.x} x2={wait.x + wait.width} y1={middle} y2={middle} />
      )}
      <Body mark={mark} top={top} middle={middle} />
      {mark.failures.map((x) => (
        <path key={x} className={classes.failure} d={`M${x - 3} ${top + 1}l6 6m0 -6l-6 6`} />
      ))}
    </g>
  );
}

interface BodyProps {
  readonly mark: Mark;
  readonly top: number;
  readonly middle: number;
}

function Body({ mark: { kind, bar, due, run }, top, middle }: BodyProps) {
  switch (kind) {
    case 'bar':
      return (
        <rect
          className={classes.bar}
          data-status={run.status}
          x={bar.x}
          y={top + BAR_TOP}
          width={bar.width}
          height={BAR_PX}
          rx={Math.min(2, bar.width / 2)}
        />
      );
    case 'wait': {
      const end = bar.x + bar.width;
      return (
        <>
          <line className={classes.wait} x1={bar.x} x2={end} y1={middle} y2={middle} />
          <circle className={classes.hollow} cx={end} cy={middle} r={3.5} />
          {due === undefined ? null : (
            <path className={classes.due} d={`M${end + 4} ${middle}H${due - 4}m0 -4l6 4l-6 4z`} />
          )}
        </>
      );
    }
    case 'skip':
      return (
        <rect
          className={classes.skip}
          data-reason={run.reason}
          x={bar.x}
          y={top + BAR_TOP}
          width={bar.width}
          height={BAR_PX - 4}
        />
      );
    default:
      return kind satisfies never;
  }
}

/** The order in a column, from the bottom: a few failures stay visible under many successes. */
const STACK = ['failed', 'cancelled', 'running', 'succeeded'] as const;
const LEAST_PX = 2;

interface ColumnsProps {
  readonly density: Density;
  readonly height: number;
}

/** How many runs were going on in each few pixels, by status. */
const Columns = memo(function Columns({ density: { columns, most }, height }: ColumnsProps) {
  return columns.map((column) => <Column key={column.x} column={column} most={most} height={height} />);
});

interface ColumnProps {
  readonly column: DensityColumn;
  readonly most: number;
  readonly height: number;
}

function Column({ column: { x, counts }, most, height }: ColumnProps) {
  let y = height;
  return STACK.map((status) => {
    const count = counts.get(status) ?? 0;
    if (count === 0) return null;
    const tall = Math.max((count / most) * (height - LEAST_PX * STACK.length), LEAST_PX);
    y -= tall;
    return (
      <rect
        key={status}
        className={classes.column}
        data-status={status}
        style={{ color: RUN_COLORS[status] }}
        x={x}
        y={y}
        width={COLUMN_PX - 1}
        height={tall}
      />
    );
  });
}

interface CurrentProps {
  readonly mark: Mark;
  /** Where columns are drawn: their greatest height. */
  readonly columnHeight: number | undefined;
}

function Current({ mark: { bar, lane, kind }, columnHeight }: CurrentProps) {
  if (columnHeight !== undefined && kind === 'bar') {
    const x = Math.floor(bar.x / COLUMN_PX) * COLUMN_PX - 1;
    return (
      <rect className={classes.current} x={x} y={0} width={COLUMN_PX + 1} height={columnHeight} rx={2} />
    );
  }
  return (
    <rect
      className={classes.current}
      x={bar.x - 3}
      y={lane * LANE_PX + BAR_TOP - 3}
      width={bar.width + 6}
      height={BAR_PX + 6}
      rx={4}
    />
  );
}
