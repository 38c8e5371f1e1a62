import { VisuallyHidden } from '@mantine/core';
import { ChevronIcon } from '../../ui/icons.tsx';
import { nextSort, type Sort, type SortField, sortParts } from '../filter/filters.ts';
import { AllBox, type AllBoxProps } from '../selection/select-box.tsx';
import { JOB_COLUMNS, type JobColumn } from './job-columns.ts';
import classes from './table.module.css';
import head from './table-head.module.css';

/** How many columns every viewer sees at every width. A cell across more would take width from them. */
export function columnsOfAnyWidth(chosen: readonly string[] | undefined): number {
  return chosen === undefined ? 5 : chosen.length + 2;
}

interface TableHeadProps {
  readonly columns: readonly JobColumn[];
  readonly sort: Sort;
  readonly onSort: (sort: Sort) => void;
  /** Absent if nothing can be selected. */
  readonly all?: AllBoxProps | undefined;
}

/** The column names. Columns that the server can sort by are buttons. */
export function TableHead({ columns, sort, onSort, all }: TableHeadProps) {
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
        {JOB_COLUMNS.filter(({ id }) => columns.includes(id)).map(({ id, label }) => {
          const field = SORTED[id];
          return field === undefined ? (
            <th key={id} scope="col" className={classes[id]}>
              {label}
            </th>
          ) : (
            <SortedHead key={id} fields={[field]} {...order} className={classes[id]} />
          );
        })}
        <th scope="col" className={classes.actions}>
          <VisuallyHidden>Actions</VisuallyHidden>
        </th>
      </tr>
    </thead>
  );
}

/** The columns that the server can sort by. */
const SORTED: { readonly [C in JobColumn]?: SortField } = {
  last: 'last_run',
  next: 'next_run',
  created: 'created_at',
};

interface TableColumnsProps extends Pick<TableHeadProps, 'columns'> {
  readonly isSelectable: boolean;
}

/** The column widths, in the order of the head. */
export function TableColumns({ columns, isSelectable }: TableColumnsProps) {
  return (
    <colgroup>
      {isSelectable ? <col className={classes.selectWidth} /> : null}
      <col />
      {columns.map((id) => (
        <col key={id} className={classes[`${id}Width`]} />
      ))}
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
