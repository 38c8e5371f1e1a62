import { Button, NativeSelect, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useZone } from '../../ui/clock/zone.tsx';
import { instantDraft, readInstant } from '../../ui/instant/instant-draft.ts';
import { RANGE_NAMES, RANGES } from '../../ui/range/range.ts';
import classes from './filter-bar.module.css';
import type { TimeRange } from './run-filters.ts';

interface TimeFilterProps {
  /** What the time is of, such as "Queued". */
  readonly label: string;
  readonly filters: TimeRange;
  readonly onChange: (change: TimeChange) => void;
}

type TimeChange = { readonly [K in keyof TimeRange]?: TimeRange[K] | undefined };

const CHOICES = [
  { value: '', label: 'Any time' },
  ...RANGE_NAMES.map((name) => ({ value: name, label: `Last ${RANGES[name].words}` })),
  { value: 'own', label: 'Custom range' },
];

/** A time in the last hours, or in a range of the viewer's own. */
export function TimeFilter({ label, filters, onChange }: TimeFilterProps) {
  const { range, from, to } = filters;
  const [isOpen, setOpen] = useState(false);
  const isOwn = range === undefined && (isOpen || from !== undefined || to !== undefined);
  const choose = (value: string): void => {
    setOpen(value === 'own');
    if (value === 'own') onChange({ range: undefined });
    else onChange({ range: RANGE_NAMES.find((name) => name === value), from: undefined, to: undefined });
  };
  return (
    <>
      <NativeSelect
        aria-label={label}
        data={CHOICES}
        value={isOwn ? 'own' : (range ?? '')}
        onChange={(event) => choose(event.currentTarget.value)}
      />
      {isOwn ? (
        <OwnRange key={`${from} ${to}`} label={label} from={from} to={to} onChange={onChange} />
      ) : null}
    </>
  );
}

interface OwnRangeProps extends Pick<TimeFilterProps, 'label' | 'onChange'> {
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** Two instants in the zone of the page; each one may be empty. */
function OwnRange({ label, from, to, onChange }: OwnRangeProps) {
  const { zone } = useZone();
  const [first, setFirst] = useState(instantDraft(from, zone));
  const [last, setLast] = useState(instantDraft(to, zone));
  const [begin, end] = [readInstant(first), readInstant(last)];
  const isWrong = begin !== undefined && end !== undefined && begin >= end;
  const apply = (event: FormEvent): void => {
    event.preventDefault();
    if (!isWrong) onChange({ range: undefined, from: begin, to: end });
  };
  return (
    <form className={classes.range} onSubmit={apply} noValidate>
      <TextInput
        type="datetime-local"
        step="any"
        aria-label={`${label} from`}
        value={first.text}
        onChange={(event) => setFirst({ text: event.currentTarget.value, zone: first.zone })}
      />
      <TextInput
        type="datetime-local"
        step="any"
        aria-label={`${label} before`}
        error={isWrong ? 'Must be after the first time.' : undefined}
        value={last.text}
        onChange={(event) => setLast({ text: event.currentTarget.value, zone: last.zone })}
      />
      <Button type="submit" variant="default" disabled={isWrong}>
        Show
      </Button>
    </form>
  );
}
