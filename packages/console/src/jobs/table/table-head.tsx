import { VisuallyHidden } from '@mantine/core';
import { ChevronIcon } from '../../ui/icons.tsx';
import { nextSort, type Sort, type SortField, sortParts } from '../filter/filters.ts';
import { AllBox, type AllBoxProps } from '../selection/select-box.tsx';
import classes from './table.module.css';
import head from './table-head.module.css';

/** The columns that every viewer sees at every width. A cell across more would take width from them. */
export const ALWAYS_VISIBLE_COLUMNS = 5;

interface TableHeadProps {
  readonly sort: Sort;
  readonly onSort: (sort: Sort) => void;
  /** Absent if nothing can be selected. */
  readonly all?: AllBoxProps | undefined;
}

/** The column names. Columns that the server can sort by are buttons. */
export function TableHead({ sort, onSort, all }: TableHeadProps) {
  const order = { sort, onSort };
  return (
    <thead className={head.head}>
      <tr aria-rowindex={1}>
        {all === undefined ? null : (
          <th scope="col" className={classes.select}>
            <AllBox {...all} />
          </th>
        )}
        <SortedHead fields={['name', 'id']} {...order} />
        <th scope="col" className={classes.type}>
          Type
        </th>
        <th scope="col" className={classes.schedule}>
          Schedule
        </th>
        <th scope="col">Health</th>
        <th scope="col">Last runs</th>
        <SortedHead fields={['last_run']} {...order} className={classes.last} />
        <SortedHead fields={['next_run']} {...order} />
        <SortedHead fields={['created_at']} {...order} className={classes.created} />
        <th scope="col" className={classes.actions}>
          <VisuallyHidden>Actions</VisuallyHidden>
        </th>
      </tr>
    </thead>
  );
}

/** The column widths, in the order of the head. */
export function TableColumns({ isSelectable }: { readonly isSelectable: boolean }) {
  return (
    <colgroup>
      {isSelectable ? <col className={classes.selectWidth} /> : null}
      <col />
      <col className={classes.typeWidth} />
      <col className={classes.scheduleWidth} />
      <col className={classes.healthWidth} />
      <col className={classes.runsWidth} />
      <col className={classes.lastWidth} />
      <col className={classes.nextWidth} />
      <col className={classes.createdWidth} />
      <col className={classes.actionsWidth} />
    </colgroup>
  );
}

const LABELS: Record<SortField, string> = {
  id: 'Id',
  name: 'Name',
  next_run: 'Next run',
  last_run: 'Last run',
  created_at: 'Created',
};

interface SortedHeadProps extends Pick<TableHeadProps, 'sort' | 'onSort'> {
  readonly fields: readonly SortField[];
  readonly className?: string | undefined;
}

function SortedHead({ fields, sort, onSort, className }: SortedHeadProps) {
  const { field, isDescending } = sortParts(sort);
  const order = isDescending ? 'descending' : 'ascending';
  return (
    <th scope="col" className={className} aria-sort={fields.includes(field) ? order : 'none'}>
      <span className={head.sorts}>
        {fields.map((one) => (
          <button
            key={one}
            type="button"
            className={head.sort}
            data-order={one === field ? order : undefined}
            onClick={() => onSort(nextSort(sort, one))}
          >
            {LABELS[one]}
            <span className={head.arrow}>
              <ChevronIcon size={12} />
            </span>
            {one === field ? <VisuallyHidden>, {order}</VisuallyHidden> : null}
          </button>
        ))}
      </span>
    </th>
  );
}
