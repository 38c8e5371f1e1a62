import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { TagSelect, TypeSelect } from '../../data/job-selects.tsx';
import { Fold } from '../../ui/layout/fold.tsx';
import { reasonText } from '../../ui/status/reasons.ts';
import { RUN_REASONS, RUN_STATUSES } from '../../ui/status/statuses.ts';
import { capital } from '../../ui/text/capital.ts';
import { AnySelect, labelled } from '../../ui/toggles/any-select.tsx';
import { Toggle, Toggles } from '../../ui/toggles/toggles.tsx';
import classes from './filter-bar.module.css';
import {
  payloadField,
  type RunFilterChange,
  type RunFilters,
  TIMES,
  TRIGGERS,
  writeFilters,
} from './run-filters.ts';
import { TextFilter } from './text-filter.tsx';
import { TimeFilter } from './time-filter.tsx';

const TIME_WORDS = { queued: 'Queued', ran: 'Was running', ended: 'Ended' } as const;

interface FilterBarProps {
  readonly filters: RunFilters;
  readonly onChange: (change: RunFilterChange) => void;
  readonly onClear: () => void;
  /** At the end of the first line. */
  readonly tools: ReactNode;
}

/** Filters the list of all runs. Filters that are seldom needed are folded while none of them is set. */
export function RunFilterBar({ filters, onChange, onClear, tools }: FilterBarProps) {
  const { reason, type, tag, trigger, node, fingerprint, payload, backfill_id: backfill, time } = filters;
  const folded = [reason, type, tag, trigger, node, fingerprint, payload, backfill, time].filter(
    (value) => value !== undefined,
  );
  return (
    <search className={classes.bar} aria-label="Runs">
      <div className={classes.first}>
        <Statuses filters={filters} onChange={onChange} />
        {tools}
      </div>
      <div className={classes.choices}>
        <TextFilter
          label="Job id"
          value={filters.job_id ?? ''}
          onChange={(value) => onChange({ job_id: value })}
        />
        <TextFilter
          label="Text of an error"
          value={filters.error ?? ''}
          onChange={(error) => onChange({ error })}
        />
        <TimeFilter label={TIME_WORDS[filters.time ?? 'queued']} filters={filters} onChange={onChange} />
        {writeFilters(filters) === '' ? null : (
          <Button variant="subtle" onClick={onClear}>
            Clear filters
          </Button>
        )}
      </div>
      <Fold
        summary={folded.length === 0 ? 'More filters' : `More filters (${folded.length})`}
        isOpen={folded.length > 0}
      >
        <MoreFilters filters={filters} onChange={onChange} />
      </Fold>
    </search>
  );
}

type PartProps = Pick<FilterBarProps, 'filters' | 'onChange'>;

function Statuses({ filters: { statuses }, onChange }: PartProps) {
  return (
    <Toggles legend="Status">
      {RUN_STATUSES.map((status) => (
        <Toggle
          key={status}
          isOn={statuses.includes(status)}
          onClick={() =>
            onChange({
              statuses: RUN_STATUSES.filter((one) => (one === status) !== statuses.includes(one)),
            })
          }
        >
          {capital(status)}
        </Toggle>
      ))}
    </Toggles>
  );
}

function MoreFilters({ filters, onChange }: PartProps) {
  return (
    <div className={classes.choices}>
      <AnySelect
        label="Reason"
        any="Any reason"
        options={labelled(RUN_REASONS, reasonText)}
        value={filters.reason}
        onChange={(reason) => onChange({ reason })}
      />
      <TypeSelect value={filters.type} onChange={(type) => onChange({ type })} />
      <TagSelect value={filters.tag} onChange={(tag) => onChange({ tag })} />
      <AnySelect
        label="Trigger"
        any="Any trigger"
        options={labelled(TRIGGERS, capital)}
        value={filters.trigger}
        onChange={(trigger) => onChange({ trigger })}
      />
      <AnySelect
        label="Time of"
        any="Time: queued"
        options={labelled(TIMES, (value) => `Time: ${TIME_WORDS[value].toLowerCase()}`)}
        value={filters.time}
        onChange={(time) => onChange({ time })}
      />
      <TextFilter label="Node" value={filters.node ?? ''} onChange={(node) => onChange({ node })} />
      <TextFilter
        label="Fingerprint"
        value={filters.fingerprint ?? ''}
        onChange={(fingerprint) => onChange({ fingerprint })}
      />
      <TextFilter
        label="Payload field = value"
        value={filters.payload ?? ''}
        onChange={(typed) => onChange({ payload: typed === undefined ? undefined : payloadField(typed) })}
      />
      <TextFilter
        label="Backfill"
        value={filters.backfill_id ?? ''}
        onChange={(value) => onChange({ backfill_id: value })}
      />
    </div>
  );
}
