import type { Run } from '@greenvue/jobs/client';
import { useMediaQuery } from '@mantine/hooks';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Link } from 'wouter';
import { Instant } from '../../ui/instant/instant.tsx';
import { jobPath, runPath } from '../../ui/paths.ts';
import { sinceText } from '../../ui/schedule/duration.ts';
import { attemptText, runNote, shownTime, triggerText } from '../../ui/status/run-words.ts';
import { RunStatusBadge } from '../../ui/status/status.tsx';
import { Plain } from '../../ui/text/text.tsx';
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
  /** Whether the runs belong to several jobs. */
  readonly hasJobs?: boolean;
}

const ROW_PX = 40;
/** Below this width, a run is a card that shows its error whole. */
const SMALL = '(max-width: 48em)';
const CARD_PX = 92;
const BOX_PX = 620;
const NEAR_END_ROWS = 20;
const COLUMNS = ['Status', 'When', 'Took', 'Attempt', 'Trigger', 'Details', 'Run'] as const;
const COLUMNS_WITH_JOB = ['Status', 'Job', ...COLUMNS.slice(1)] as const;

/** Runs as rows. Renders only the visible ones. */
export function RunTable(props: RunTableProps) {
  const { label, runs, hasMore, onNearEnd, end, isOutdated = false, maxAttempts, hasJobs = false } = props;
  const isSmall = useMediaQuery(SMALL, undefined, { getInitialValueInEffect: false });
  const { box, rows, onScroll } = useRows(runs, { onNearEnd, isSmall });
  const columns = hasJobs ? COLUMNS_WITH_JOB : COLUMNS;
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
        data-jobs={hasJobs || undefined}
      >
        <Head columns={columns} />
        <tbody>
          <Spacer columns={columns.length} height={items[0]?.start ?? 0} />
          {items.map((item) => {
            const run = runs[item.index];
            return run === undefined ? null : (
              <RunRow
                key={item.key}
                run={run}
                index={item.index}
                maxAttempts={maxAttempts}
                hasJob={hasJobs}
                measure={isSmall ? rows.measureElement : undefined}
              />
            );
          })}
          <Spacer columns={columns.length} height={last === undefined ? 0 : rows.getTotalSize() - last.end} />
        </tbody>
      </table>
      <div className={classes.tableEnd}>{end}</div>
    </section>
  );
}

interface RowsOptions {
  readonly onNearEnd: () => void;
  /** Whether rows are cards, each as high as its error. */
  readonly isSmall: boolean;
}

/** The visible rows. Calls `onNearEnd` when the last ones become visible. */
function useRows(runs: readonly Run[], { onNearEnd, isSmall }: RowsOptions) {
  const box = useRef<HTMLElement>(null);
  const [isAtTop, setIsAtTop] = useState(true);
  const rows = useVirtualizer<HTMLElement, HTMLTableRowElement>({
    count: runs.length,
    getScrollElement: () => box.current,
    estimateSize: () => (isSmall ? CARD_PX : ROW_PX),
    overscan: 12,
    // At the top, new runs appear; further down, they must not move the visible rows.
    anchorTo: isAtTop ? 'start' : 'end',
    // Renders rows at once, before the box is measured.
    initialRect: { width: 0, height: BOX_PX },
    getItemKey: (index) => runs[index]?.id ?? index,
  });
  const wasSmall = useRef(isSmall);
  useEffect(() => {
    if (wasSmall.current === isSmall) return;
    wasSmall.current = isSmall;
    // Cards have other heights than rows.
    rows.measure();
  }, [rows, isSmall]);
  const last = rows.getVirtualItems().at(-1);
  const isNearEnd = last !== undefined && last.index >= runs.length - NEAR_END_ROWS;
  useEffect(() => {
    if (isNearEnd) onNearEnd();
  }, [isNearEnd, onNearEnd]);
  const onScroll = () => setIsAtTop((box.current?.scrollTop ?? 0) < ROW_PX);
  return { box, rows, onScroll };
}

function Head({ columns }: { readonly columns: readonly string[] }) {
  return (
    <thead>
      <tr aria-rowindex={1}>
        {columns.map((column) => (
          <th key={column} scope="col" data-column={column}>
            {column}
          </th>
        ))}
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
  readonly hasJob: boolean;
  readonly measure: ((element: HTMLTableRowElement | null) => void) | undefined;
}

function RunRow({ run, index, maxAttempts, hasJob, measure }: RunRowProps) {
  const note = runNote(run);
  return (
    <tr ref={measure} data-index={index} aria-rowindex={index + 2} className={classes.row}>
      <td>
        <RunStatusBadge status={run.status} reason={run.reason} />
      </td>
      {hasJob ? (
        <td className={classes.job}>
          <Link href={jobPath(run.job_id)}>
            <Plain>{run.job_id}</Plain>
          </Link>
        </td>
      ) : null}
      <td>
        <Instant at={shownTime(run)} />
      </td>
      <td className={classes.number}>{tookText(run)}</td>
      <td className={classes.number}>{attemptText(run, maxAttempts)}</td>
      <td>{triggerText(run)}</td>
      <td className={classes.note} title={note === '' ? undefined : note}>
        {note === '' ? null : <Plain>{note}</Plain>}
      </td>
      <td>
        <Link href={runPath(run.id)} aria-label={`Open run ${run.id}`}>
          {run.id}
        </Link>
      </td>
    </tr>
  );
}

function tookText(run: Run): string {
  if (run.started_at === null) return '–';
  if (run.finished_at === null) return run.status === 'running' ? 'runs' : 'waits';
  return sinceText(run.started_at, run.finished_at);
}
