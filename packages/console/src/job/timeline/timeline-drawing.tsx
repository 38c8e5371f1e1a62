import { memo } from 'react';
import { RUN_COLORS } from '../../ui/status/status.tsx';
import { DensityColumns } from '../../ui/timeline/density-columns.tsx';
import { COLUMN_PX } from '../../ui/timeline/run-density.ts';
import { TimeAxis } from '../../ui/timeline/time-axis.tsx';
import { pixelOf, type TimelineWindow } from '../../ui/timeline/time-scale.ts';
import classes from './timeline.module.css';
import type { Mark, TimelineLayout } from './timeline-layout.ts';

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
      <TimeAxis window={window} height={height} />
      {known === 0 ? null : <rect className={classes.unread} x={0} y={0} width={known} height={height} />}
      {layout.density === undefined ? (
        <Marks marks={layout.marks} />
      ) : (
        <>
          <DensityColumns density={layout.density} height={layout.lanes * LANE_PX} />
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
