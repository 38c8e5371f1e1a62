import { Button, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useZone, type Zone } from '../clock/zone.tsx';
import { Toggle, Toggles } from '../toggles/toggles.tsx';
import classes from './range.module.css';
import { RANGE_NAMES, RANGES, type Range } from './range.ts';

interface RangeControlProps {
  readonly range: Range;
  readonly onChange: (range: Range) => void;
}

/** Chooses a range of time: one that ends now, or two instants. */
export function RangeControl({ range, onChange }: RangeControlProps) {
  const [isOpen, setOpen] = useState(false);
  const isOwn = range.kind === 'own';
  return (
    <div className={classes.control}>
      <Toggles legend="Time range">
        {RANGE_NAMES.map((name) => (
          <Toggle
            key={name}
            isOn={!isOwn && range.name === name}
            onClick={() => {
              setOpen(false);
              onChange({ kind: 'last', name });
            }}
          >
            {RANGES[name].label}
          </Toggle>
        ))}
        <Toggle isOn={isOwn} isExpanded={isOpen} onClick={() => setOpen(!isOpen)}>
          Custom…
        </Toggle>
      </Toggles>
      {isOpen ? <OwnRange range={range} onChange={onChange} /> : null}
    </div>
  );
}

function OwnRange({ range, onChange }: RangeControlProps) {
  const { zone } = useZone();
  const [from, setFrom] = useState(range.kind === 'own' ? inputText(range.from, zone) : '');
  const [to, setTo] = useState(range.kind === 'own' ? inputText(range.to, zone) : '');
  const [first, last] = [instantOf(from, zone), instantOf(to, zone)];
  const isWrong = first !== undefined && last !== undefined && first >= last;
  const apply = (event: FormEvent) => {
    event.preventDefault();
    if (first !== undefined && last !== undefined && !isWrong)
      onChange({ kind: 'own', from: first, to: last });
  };
  return (
    <form className={classes.own} onSubmit={apply}>
      <TextInput
        type="datetime-local"
        size="xs"
        label="From"
        value={from}
        onChange={(event) => setFrom(event.currentTarget.value)}
      />
      <TextInput
        type="datetime-local"
        size="xs"
        label="To"
        error={isWrong ? 'Must be after “From”.' : undefined}
        value={to}
        onChange={(event) => setTo(event.currentTarget.value)}
      />
      <Button type="submit" size="xs" disabled={first === undefined || last === undefined || isWrong}>
        Show
      </Button>
    </form>
  );
}

/** The instant (RFC 3339) that an input means in the viewer's zone. */
function instantOf(text: string, zone: Zone): string | undefined {
  const at = Date.parse(zone === 'utc' ? `${text}Z` : text);
  return text === '' || Number.isNaN(at) ? undefined : new Date(at).toISOString();
}

const MINUTE_MS = 60_000;

function inputText(instant: string, zone: Zone): string {
  const at = new Date(instant);
  const shiftMs = zone === 'utc' ? 0 : at.getTimezoneOffset() * MINUTE_MS;
  return new Date(at.getTime() - shiftMs).toISOString().slice(0, 16);
}
