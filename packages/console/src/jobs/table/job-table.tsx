import { Fragment, useMemo } from 'react';
import { jobsText } from '../../ui/text/jobs-text.ts';
import type { Sort } from '../filter/filters.ts';
import { AllBox } from '../selection/select-box.tsx';
import { selectedOf, toggleAll } from '../selection/selection.ts';
import compact from './compact.module.css';
import { drawnColumns, type JobColumn } from './job-columns.ts';
import { JobRow } from './job-row.tsx';
import { MoreRow, StaleNote } from './list-notes.tsx';
import classes from './table.module.css';
import { columnsOfAnyWidth, TableColumns, TableHead } from './table-head.tsx';
import { type JobTableOptions, useJobTable } from './use-job-table.ts';

interface JobTableProps extends JobTableOptions {
  readonly onSort: (sort: Sort) => void;
  /** Whether other rows are loading. */
  readonly isOutdated: boolean;
}

/** The filtered jobs. Renders only the visible rows, and keeps only their pages. */
export function JobTable(props: JobTableProps) {
  const { filters, onSort, selecting, isOutdated, isSmall, look } = props;
  const columns = useMemo(() => drawnColumns(look.columns), [look.columns]);
  const table = useJobTable(props);
  const { rows, hasMore } = table.list;
  const { stale, endError, retry } = table.reading;
  const all = selecting && {
    state: selectedOf(selecting.selection, rows),
    count: rows.length,
    onToggle: () => selecting.onChange(toggleAll(selecting.selection, rows)),
  };
  return (
    <>
      {stale === undefined ? null : <StaleNote {...stale} onRetry={retry} />}
      {isSmall && all !== undefined ? (
        <AllBox {...all} label={`Select all ${rows.length}${hasMore ? ' loaded' : ''}`} />
      ) : null}
      <div
        ref={table.scroller}
        className={`${classes.scroller} ${look.isCompact && !isSmall ? compact.compact : ''}`}
        data-small={isSmall}
        data-outdated={isOutdated}
        data-chosen={look.columns !== undefined}
      >
        <table
          className={classes.table}
          style={look.columns === undefined || isSmall ? undefined : { minWidth: widthOf(columns) }}
          aria-label="Jobs"
          aria-rowcount={hasMore ? -1 : rows.length + 1}
          aria-busy={isOutdated}
        >
          <TableColumns columns={columns} isSelectable={all !== undefined} />
          <TableHead columns={columns} sort={filters.sort} onSort={onSort} all={all} />
          <tbody>
            <JobRows {...props} columns={columns} table={table} />
            {hasMore ? (
              <MoreRow columns={columnsOfAnyWidth(look.columns)} error={endError} onRetry={retry} />
            ) : null}
          </tbody>
        </table>
      </div>
      <p className={classes.count}>
        {hasMore ? `${jobsText(rows.length)} loaded; scroll for more` : jobsText(rows.length)}
      </p>
    </>
  );
}

/** Chosen columns are all shown: a table that is too narrow for them scrolls sideways. */
function widthOf(columns: readonly JobColumn[]): string {
  return `${24 + 9 * columns.length}rem`;
}

interface JobRowsProps extends Pick<JobTableProps, 'commands' | 'selecting'> {
  readonly columns: readonly JobColumn[];
  readonly table: ReturnType<typeof useJobTable>;
}

/** The visible rows, and space for the others. */
function JobRows({ columns, commands, selecting, table }: JobRowsProps) {
  const { list, spaced, active, measure, onSelect, onArrow } = table;
  return (
    <>
      {spaced.rows.map(({ row, gap }) => {
        const known = list.rowAt(row);
        if (known === undefined) return null;
        const { mark, job, key } = known;
        return (
          <Fragment key={key}>
            <Space height={gap} />
            <JobRow
              row={row}
              mark={mark}
              job={job}
              columns={columns}
              isSelected={selecting?.selection.has(mark.id) === true}
              isActive={row === active.index}
              commands={commands}
              onSelect={onSelect}
              onActivate={active.setId}
              focusWanted={active.focusWanted}
              measure={measure}
              onArrow={onArrow}
            />
          </Fragment>
        );
      })}
      <Space height={spaced.below} />
    </>
  );
}

function Space({ height }: { readonly height: number }) {
  if (height === 0) return null;
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: no grid row, so it can't have the focus
    <tr aria-hidden="true" className={classes.space}>
      {/* One cell is enough: a cell across more columns than are visible would take width from them. */}
      <td style={{ height }} />
    </tr>
  );
}
