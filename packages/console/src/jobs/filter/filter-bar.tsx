import { Button, NativeSelect } from '@mantine/core';
import { type ReactNode, type RefObject, useId, useState } from 'react';
import { TagSelect, TypeSelect } from '../../data/job-selects.tsx';
import { ChevronIcon } from '../../ui/icons.tsx';
import { HEALTH_WORDS } from '../../ui/status/status.tsx';
import { JOB_STATUSES } from '../../ui/status/statuses.ts';
import { capital } from '../../ui/text/capital.ts';
import { AnySelect, labelled } from '../../ui/toggles/any-select.tsx';
import classes from './filter-bar.module.css';
import {
  type FilterChange,
  HEALTHS,
  type JobFilters,
  SORT_FIELDS,
  type Sort,
  type SortField,
} from './filters.ts';
import { SearchField } from './search-field.tsx';

interface FilterBarProps {
  readonly filters: JobFilters;
  readonly onChange: (change: FilterChange) => void;
  readonly searchRef: RefObject<HTMLInputElement | null>;
  /** On small screens the filters are collapsed and the order is chosen here, since there are no headers. */
  readonly isSmall: boolean;
  /** At the end of the bar. */
  readonly tools: ReactNode;
}

const SORT_LABELS: Record<SortField, readonly [up: string, down: string]> = {
  id: ['Id, A to Z', 'Id, Z to A'],
  name: ['Name, A to Z', 'Name, Z to A'],
  next_run: ['Next run, soonest first', 'Next run, latest first'],
  last_run: ['Last run, oldest first', 'Last run, newest first'],
  created_at: ['Created, oldest first', 'Created, newest first'],
};

const SORTS: readonly { readonly value: Sort; readonly label: string }[] = SORT_FIELDS.flatMap((field) => [
  { value: field, label: SORT_LABELS[field][0] },
  { value: `-${field}` as const, label: SORT_LABELS[field][1] },
]);

export function FilterBar({ filters, onChange, searchRef, isSmall, tools }: FilterBarProps) {
  const [isOpen, setOpen] = useState(false);
  const choicesId = useId();
  const count = [filters.type, filters.tag, filters.status, filters.health].filter(
    (value) => value !== undefined,
  ).length;
  return (
    <search className={classes.bar} aria-label="Jobs">
      <SearchField
        className={classes.search}
        value={filters.q ?? ''}
        onSearch={(q) => onChange({ q: q === '' ? undefined : q })}
        inputRef={searchRef}
      />
      {isSmall ? (
        <Button
          variant="default"
          aria-expanded={isOpen}
          aria-controls={choicesId}
          onClick={() => setOpen(!isOpen)}
          rightSection={<ChevronIcon size={14} />}
        >
          {count === 0 ? 'Filters' : `Filters (${count})`}
        </Button>
      ) : null}
      <div id={choicesId} className={classes.choices} hidden={isSmall && !isOpen}>
        <Choices filters={filters} onChange={onChange} />
        {isSmall ? (
          <NativeSelect
            aria-label="Order"
            value={filters.sort}
            data={[...SORTS]}
            onChange={(event) => onChange({ sort: chosen(SORTS, event.currentTarget.value) ?? 'id' })}
          />
        ) : null}
      </div>
      {tools}
    </search>
  );
}

function Choices({ filters, onChange }: Pick<FilterBarProps, 'filters' | 'onChange'>) {
  return (
    <>
      <TypeSelect value={filters.type} onChange={(type) => onChange({ type })} />
      <TagSelect value={filters.tag} onChange={(tag) => onChange({ tag })} />
      <AnySelect
        label="Status"
        any="Any status"
        options={labelled(JOB_STATUSES, capital)}
        value={filters.status}
        onChange={(status) => onChange({ status })}
      />
      <AnySelect
        label="Health"
        any="Any health"
        options={labelled(HEALTHS, healthLabel)}
        value={filters.health}
        onChange={(health) => onChange({ health })}
      />
    </>
  );
}

function healthLabel(health: (typeof HEALTHS)[number]): string {
  return health === 'unhealthy' ? 'Any unhealthy' : capital(HEALTH_WORDS[health]);
}

function chosen<V extends string>(options: readonly { readonly value: V }[], value: string): V | undefined {
  return options.find((option) => option.value === value)?.value;
}
