import type { Run } from '@greenvue/jobs/client';
import { useMediaQuery } from '@mantine/hooks';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Link } from 'wouter';
import { runPath } from '../../ui/paths.ts';
import { RunStatusBadge } from '../../ui/status/status.tsx';
import type { Choosing } from './choosing.ts';
import { COLUMN_PX, columnsOfJob, RUN_COLUMNS, RunCell, type RunColumn } from './run-columns.tsx';
import classes from './run-table.module.css';

interface RunTableProps {
  /** The accessible name of the table. */
  readonly label: string;
  readonly runs: readonly Run[];
  /** Whether older runs exist. */
  readonly hasMore: boolean;
  /** Called when the end of the rows comes into view. */
  readonly onNearEnd: () => void;
  /** Shown below the rows: loading, the end, or an error. */
  readonly end: ReactNode;
  /** Whether the rows still belong to the last query. */
  readonly isOutdated?: boolean;
  readonly maxAttempts?: number | undefined;
  /** Beside the status and the link to the run. Default: those for the runs of one job. */
  readonly columns?: readonly RunColumn[] | undefined;
  readonly isCompact?: boolean | undefined;
  /** The choice of two runs to compare. */
  readonly choosing: Choosing;
}

const ROW_PX = 40;
const COMPACT_PX = 29;
/** Below this width, a run is a card that shows its error whole. */
const SMALL = '(max-width: 48em)';
const CARD_PX = 92;
const BOX_PX = 620;
const NEAR_END_ROWS = 20;
const STATUS_PX = 172;
const RUN_PX = 184;

/** Runs as rows. Renders only the visible ones. */
export function RunTable(props: RunTableProps) {
  const { label, runs, hasMore, onNearEnd, end, isOutdated = false, maxAttempts } = props;
  const { columns = columnsOfJob(runs), isCompact = false, choosing } = props;
  const isSmall = useMediaQuery(SMALL, undefined, { getInitialValueInEffect: false });
  const { box, rows, onScroll } = useRows(runs, {
    onNearEnd,
    rowPx: isSmall ? CARD_PX : isCompact ? COMPACT_PX : ROW_PX,
  });
  const items = rows.getVirtualItems();
  const last = items.at(-1);
  return (
    <section
      ref={box}
      className={classes.tableBox}
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and the keyboard must be able to
      tabIndex={0}
      onScroll={onScroll}
    >
      <table
        className={classes.table}
        aria-label={label}
        // -1: the number is unknown.
        aria-rowcount={hasMore ? -1 : runs.length + 1}
        data-outdated={isOutdated || undefined}
        data-small={isSmall || undefined}
        data-compact={(isCompact && !isSmall) || undefined}
        style={isSmall ? undefined : { minWidth: widthOf(columns) }}
      >
        <Head columns={columns} />
        <tbody>
          <Spacer columns={columns.length + 2} height={items[0]?.start ?? 0} />
          {items.map((item) => {
            const run = runs[item.index];
            return run === undefined ? null : (
              <RunRow
                key={item.key}
                run={run}
                index={item.index}
                maxAttempts={maxAttempts}
                columns={columns}
                isChosen={choosing.chosen.includes(run.id)}
                onChoose={choosing.toggle}
                measure={isSmall ? rows.measureElement : undefined}
              />
            );
          })}
          <Spacer
            columns={columns.length + 2}
            height={last === undefined ? 0 : rows.getTotalSize() - last.end}
          />
        </tbody>
      </table>
      <div className={classes.tableEnd}>{end}</div>
    </section>
  );
}

interface RowsOptions {
  readonly onNearEnd: () => void;
  /** The height of a row. A card is as high as its error. */
  readonly rowPx: number;
}

/** The visible rows. Calls `onNearEnd` when the last ones become visible. */
function useRows(runs: readonly Run[], { onNearEnd, rowPx }: RowsOptions) {
  const box = useRef<HTMLElement>(null);
  const [isAtTop, setIsAtTop] = useState(true);
  const rows = useVirtualizer<HTMLElement, HTMLTableRowElement>({
    count: runs.length,
    getScrollElement: () => box.current,
    estimateSize: () => rowPx,
    overscan: 12,
    // At the top, new runs appear; further down, they must not move the visible rows.
    anchorTo: isAtTop ? 'start' : 'end',
    // Renders rows at once, before the box is measured.
    initialRect: { width: 0, height: BOX_PX },
    getItemKey: (index) => runs[index]?.id ?? index,
  });
  const measured = useRef(rowPx);
  useEffect(() => {
    if (measured.current === rowPx) return;
    measured.current = rowPx;
    rows.measure();
  }, [rows, rowPx]);
  const last = rows.getVirtualItems().at(-1);
  const isNearEnd = last !== undefined && last.index >= runs.length - NEAR_END_ROWS;
  useEffect(() => {
    if (isNearEnd) onNearEnd();
  }, [isNearEnd, onNearEnd]);
  const onScroll = () => setIsAtTop((box.current?.scrollTop ?? 0) < rowPx);
  return { box, rows, onScroll };
}

/** A narrower table scrolls sideways. */
function widthOf(columns: readonly RunColumn[]): number {
  return columns.reduce((sum, column) => sum + COLUMN_PX[column], STATUS_PX + RUN_PX);
}

function Head({ columns }: { readonly columns: readonly RunColumn[] }) {
  return (
    <thead>
      <tr aria-rowindex={1}>
        <th scope="col" style={{ width: STATUS_PX }}>
          Status
        </th>
        {RUN_COLUMNS.filter(({ id }) => columns.includes(id)).map(({ id, label }) => (
          <th key={id} scope="col" style={id === 'details' ? undefined : { width: COLUMN_PX[id] }}>
            {label}
          </th>
        ))}
        <th scope="col" style={{ width: RUN_PX }}>
          Run
        </th>
      </tr>
    </thead>
  );
}

function Spacer({ height, columns }: { readonly height: number; readonly columns: number }) {
  if (height <= 0) return null;
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: nothing in it can have the focus
    <tr aria-hidden="true" className={classes.space}>
      <td colSpan={columns} style={{ height, padding: 0, border: 0 }} />
    </tr>
  );
}

interface RunRowProps {
  readonly run: Run;
  readonly index: number;
  readonly maxAttempts: number | undefined;
  readonly columns: readonly RunColumn[];
  readonly isChosen: boolean;
  readonly onChoose: (id: string) => void;
  readonly measure: ((element: HTMLTableRowElement | null) => void) | undefined;
}

function RunRow({ run, index, maxAttempts, columns, isChosen, onChoose, measure }: RunRowProps) {
  return (
    <tr ref={measure} data-index={index} aria-rowindex={index + 2} className={classes.row}>
      <td>
        <RunStatusBadge status={run.status} reason={run.reason} />
      </td>
      {columns.map((column) => (
        <RunCell key={column} column={column} run={run} maxAttempts={maxAttempts} />
      ))}
      <td>
        <span className={classes.run}>
          <Link href={runPath(run.id)} aria-label={`Open run ${run.id}`}>
            {run.id}
          </Link>
          <input
            type="checkbox"
            className={classes.choose}
            aria-label={`Choose run ${run.id} to compare`}
            title="Choose two runs to compare them"
            checked={isChosen}
            onChange={() => onChoose(run.id)}
          />
        </span>
      </td>
    </tr>
  );
}
