import { memo } from 'react';
import { RUN_COLORS } from '../status/status.tsx';
import { COLUMN_PX, type Density, type DensityColumn } from './run-density.ts';
import classes from './ui-timeline.module.css';

/** The order in a column, from the bottom: a few failures stay visible under many successes. */
const STACK = ['failed', 'cancelled', 'running', 'succeeded'] as const;
const LEAST_PX = 2;

interface ColumnsProps {
  readonly density: Density;
  readonly height: number;
  /** Of a column, in pixels. */
  readonly columnWidth?: number;
}

/** How many runs were going on in each few pixels, by status. */
export const DensityColumns = memo(function DensityColumns({
  density: { columns, most },
  height,
  columnWidth = COLUMN_PX,
}: ColumnsProps) {
  const width = Math.max(columnWidth - 1, 1);
  return columns.map((column) => (
    <Column key={column.x} column={column} most={most} height={height} width={width} />
  ));
});

interface ColumnProps {
  readonly column: DensityColumn;
  readonly most: number;
  readonly height: number;
  readonly width: number;
}

function Column({ column: { x, counts }, most, height, width }: ColumnProps) {
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
        width={width}
        height={tall}
      />
    );
  });
}
