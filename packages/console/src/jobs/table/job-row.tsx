import type { Job } from '@greenvue/jobs/client';
import { Skeleton } from '@mantine/core';
import { type KeyboardEvent, memo, type ReactNode, type RefObject, useEffect, useId, useRef } from 'react';
import { Plain } from '../../ui/text/text.tsx';
import {
  CreatedCell,
  HealthCell,
  LastRunCell,
  NameCell,
  NextRunCell,
  RunsCell,
  ScheduleCell,
  TagLinks,
} from '../cells/job-cells.tsx';
import type { JobCommands } from '../cells/job-commands.ts';
import { RowActions } from '../cells/row-actions.tsx';
import type { ListRow } from '../pages/use-job-pages.ts';
import { RowBox } from '../selection/select-box.tsx';
import { JOB_COLUMNS, type JobColumn } from './job-columns.ts';
import classes from './table.module.css';

interface JobRowProps extends Pick<ListRow, 'mark' | 'job'> {
  /** The index among all rows, from 0. */
  readonly row: number;
  readonly columns: readonly JobColumn[];
  readonly isSelected: boolean;
  readonly isActive: boolean;
  readonly commands: JobCommands;
  /** Absent if nothing can be selected. */
  readonly onSelect?: ((id: string, isRange: boolean) => void) | undefined;
  readonly onActivate: (id: string) => void;
  /** The id of the row that takes the focus once it is rendered. */
  readonly focusWanted: RefObject<string | undefined>;
  /** Moves the focus to the row below or above. */
  readonly onArrow: (by: 1 | -1) => void;
  readonly measure: (element: HTMLTableRowElement | null) => void;
}

/** A job's row; shows the known fields while its page is read. Renders only when its props change. */
export const JobRow = memo(function JobRow(props: JobRowProps) {
  const { mark, job, row, columns, isSelected, isActive, commands, onSelect, onActivate, focusWanted } =
    props;
  const { measure, onArrow } = props;
  const labelId = useId();
  const element = useRef<HTMLTableRowElement>(null);
  useEffect(() => {
    if (!isActive || focusWanted.current !== mark.id) return;
    focusWanted.current = undefined;
    element.current?.focus({ preventScroll: true });
  });
  return (
    <tr
      ref={(node) => {
        element.current = node;
        measure(node);
      }}
      className={classes.row}
      data-index={row}
      data-row={mark.id}
      data-active={isActive}
      data-selected={isSelected}
      aria-rowindex={row + 2}
      aria-labelledby={labelId}
      tabIndex={-1}
      onFocus={() => onActivate(mark.id)}
      onKeyDown={(event) => moveByArrow(event, onArrow)}
    >
      {onSelect === undefined ? null : (
        <td className={classes.select}>
          <RowBox id={mark.id} isSelected={isSelected} onSelect={onSelect} />
        </td>
      )}
      <td className={classes.job}>
        <NameCell mark={mark} labelId={labelId} />
        <TagLinks tags={job?.tags} />
      </td>
      {JOB_COLUMNS.filter(({ id }) => columns.includes(id)).map(({ id, label }) => (
        <Cell key={id} label={label} job={job} value={VALUES[id]} className={classes[id]} />
      ))}
      <td className={classes.actions}>
        {job === undefined ? null : <RowActions job={job} commands={commands} />}
      </td>
    </tr>
  );
});

const VALUES: Readonly<Record<JobColumn, (job: Job) => ReactNode>> = {
  type: ({ type }) => <Plain>{type}</Plain>,
  schedule: (job) => <ScheduleCell job={job} />,
  health: (job) => <HealthCell job={job} />,
  runs: (job) => <RunsCell job={job} />,
  last: (job) => <LastRunCell job={job} />,
  next: (job) => <NextRunCell job={job} />,
  created: (job) => <CreatedCell job={job} />,
};

/** Arrow keys move between rows only if the row itself has the focus: menus and fields use them, too. */
function moveByArrow(event: KeyboardEvent<HTMLElement>, onArrow: (by: 1 | -1) => void): void {
  if (event.target !== event.currentTarget || (event.key !== 'ArrowDown' && event.key !== 'ArrowUp')) return;
  if (event.shiftKey || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  onArrow(event.key === 'ArrowDown' ? 1 : -1);
}

interface CellProps extends Pick<ListRow, 'job'> {
  /** Shown beside the value on a card, which has no header above it. */
  readonly label: string;
  readonly className?: string | undefined;
  readonly value: (job: Job) => ReactNode;
}

function Cell({ label, className, job, value }: CellProps) {
  return (
    <td className={className}>
      <span className={classes.label}>{label}</span>
      <div className={classes.value}>
        {job === undefined ? <Skeleton height={12} width="70%" /> : value(job)}
      </div>
    </td>
  );
}
