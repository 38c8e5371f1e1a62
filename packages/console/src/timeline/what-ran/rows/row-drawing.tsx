import { memo } from 'react';
import { RUN_COLORS } from '../../../ui/status/status.tsx';
import { DensityColumns } from '../../../ui/timeline/density-columns.tsx';
import { TimeGrid } from '../../../ui/timeline/time-axis.tsx';
import { pixelOf, type TimelineWindow } from '../../../ui/timeline/time-scale.ts';
import classes from '../ran.module.css';
import { type Item, itemKey, type RowLayout } from './row-layout.ts';

export const ROW_PX = 34;
const TOP = 7;
const BARS_PX = 22;
/** Pruned runs are a strip at the foot. */
const HOUR_PX = 4;

interface RowDrawingProps {
  readonly layout: RowLayout;
  readonly window: TimelineWindow;
  readonly now: number;
  /** Before this time, not all runs are known (ms). */
  readonly countedFrom: number | undefined;
  readonly current: Item | undefined;
}

/** The drawing of a row. Screen readers skip it and read the text of the selected item. */
export function RowDrawing({ layout, window, now, countedFrom, current }: RowDrawingProps) {
  const { width } = window;
  const nowX = pixelOf(now, window);
  const unknown = countedFrom === undefined ? 0 : Math.min(Math.max(pixelOf(countedFrom, window), 0), width);
  return (
    <svg className={classes.drawing} width={width} height={ROW_PX} aria-hidden="true">
      <TimeGrid window={window} height={ROW_PX} />
      {unknown === 0 ? null : <rect className={classes.unknown} width={unknown} height={ROW_PX} />}
      {layout.density === undefined ? null : (
        <g transform={`translate(0 ${TOP})`}>
          <DensityColumns density={layout.density} height={BARS_PX} columnWidth={layout.columnWidth} />
        </g>
      )}
      <Items items={layout.items} lanes={layout.lanes} />
      {nowX < 0 || nowX > width ? null : (
        <line className={classes.now} x1={nowX} x2={nowX} y1={0} y2={ROW_PX} />
      )}
      {current === undefined ? null : <Current item={current} lanes={layout.lanes} />}
    </svg>
  );
}

interface ItemsProps {
  readonly items: readonly Item[];
  readonly lanes: number;
}

// Memoized: hundreds of items stay the same while the pointer moves.
const Items = memo(function Items({ items, lanes }: ItemsProps) {
  return items.map((item) => <OneItem key={itemKey(item)} item={item} lanes={lanes} />);
});

function OneItem({ item, lanes }: { readonly item: Item; readonly lanes: number }) {
  switch (item.kind) {
    case 'run': {
      const { status } = item.run;
      const { y, height } = placeOf(item.lane, lanes);
      return (
        <g style={{ color: RUN_COLORS[status] }}>
          <rect
            className={classes.bar}
            data-status={status}
            x={item.x}
            y={y}
            width={item.width}
            height={height}
            rx={Math.min(2, item.width / 2)}
          />
          {status === 'failed' ? <Cross x={item.x + Math.min(item.width, 6) / 2} /> : null}
        </g>
      );
    }
    case 'column':
      return item.counts.failed === 0 ? null : <Cross x={item.x + item.width / 2} />;
    case 'hour':
      return (
        <rect
          className={classes.pruned}
          data-failed={item.counts.failed > 0 || undefined}
          x={item.x}
          y={ROW_PX - HOUR_PX}
          width={item.width}
          height={HOUR_PX}
        />
      );
    default:
      return item satisfies never;
  }
}

/** A failure is seen without colors, too. */
function Cross({ x }: { readonly x: number }) {
  return <path className={classes.cross} d={`M${x - 2.5} 1l5 5m0 -5l-5 5`} />;
}

function placeOf(lane: number, lanes: number) {
  const height = (BARS_PX - (lanes - 1) * 2) / lanes;
  return { y: TOP + lane * (height + 2), height };
}

function Current({ item, lanes }: { readonly item: Item; readonly lanes: number }) {
  const { y, height } = item.kind === 'run' ? placeOf(item.lane, lanes) : { y: TOP - 3, height: BARS_PX + 4 };
  return (
    <rect
      className={classes.current}
      x={item.x - 2}
      y={y - 2}
      width={item.width + 4}
      height={height + 4}
      rx={3}
    />
  );
}
