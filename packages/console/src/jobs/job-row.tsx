import { Skeleton } from '@mantine/core';
import { type KeyboardEvent, memo, type ReactNode, type RefObject, useEffect, useId, useRef } from 'react';
import { Plain } from '../parts/text.tsx';
import {
  CreatedCell,
  HealthCell,
  LastRunCell,
  NameCell,
  NextRunCell,
  RunsCell,
  ScheduleCell,
} from './job-cells.tsx';
import type { JobCommands } from './job-commands.ts';
import classes from './jobs.module.css';
import { RowActions } from './row-actions.tsx';
import { RowBox } from './select-box.tsx';
import type { ListRow } from './use-job-pages.ts';

interface JobRowProps extends Pick<ListRow, 'mark' | 'job'> {
  /** Its place among all rows, from 0. */
  readonly row: number;
  readonly isSelected: boolean;
  readonly isActive: boolean;
  readonly commands: JobCommands;
  /** Absent: nothing can be selected. */
  readonly onSelect?: ((id: string, isRange: boolean) => void) | undefined;
  readonly onActivate: (id: string) => void;
  /** The id of the row that is to have the focus as soon as it is there. */
  readonly focusWanted: RefObject<string | undefined>;
  /** Moves the focus from this row to the one below or above. */
  readonly onArrow: (by: 1 | -1) => void;
  readonly measure: (element: HTMLTableRowElement | null) => void;
}

/** A job. While its page is read, what is known of it. Drawn anew only when something of it has changed. */
export const JobRow = memo(function JobRow(props: JobRowProps) {
  const { mark, job, row, isSelected, isActive, commands, onSelect, onActivate, focusWanted } = props;
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
      </td>
      <Cell label="Type">{job === undefined ? undefined : <Plain>{job.type}</Plain>}</Cell>
      <Cell label="Schedule">{job === undefined ? undefined : <ScheduleCell job={job} />}</Cell>
      <Cell label="Health">{job === undefined ? undefined : <HealthCell job={job} />}</Cell>
      <Cell label="Last runs" className={classes.runs}>
        {job === undefined ? undefined : <RunsCell job={job} />}
      </Cell>
      <Cell label="Last run">{job === undefined ? undefined : <LastRunCell job={job} />}</Cell>
      <Cell label="Next run">{job === undefined ? undefined : <NextRunCell job={job} />}</Cell>
      <Cell label="Created" className={classes.created}>
        {job === undefined ? undefined : <CreatedCell job={job} />}
      </Cell>
      <td className={classes.actions}>
        {job === undefined ? null : <RowActions job={job} commands={commands} />}
      </td>
    </tr>
  );
});

/** Arrows move between rows only where a row itself has the focus: in a menu or a field they have their own meaning. */
function moveByArrow(event: KeyboardEvent<HTMLElement>, onArrow: (by: 1 | -1) => void): void {
  if (event.target !== event.currentTarget || (event.key !== 'ArrowDown' && event.key !== 'ArrowUp')) return;
  if (event.shiftKey || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  onArrow(event.key === 'ArrowDown' ? 1 : -1);
}

interface CellProps {
  /** Shown beside the value where the row is a card: there, no header stands above it. */
  readonly label: string;
  readonly className?: string | undefined;
  /** Undefined while it is read. */
  readonly children: ReactNode;
}

function Cell({ label, className, children }: CellProps) {
  return (
    <td className={className}>
      <span className={classes.label}>{label}</span>
      <div className={classes.value}>{children ?? <Skeleton height={12} width="70%" />}</div>
    </td>
  );
}
