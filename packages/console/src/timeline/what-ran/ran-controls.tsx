import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import { TagSelect, TypeSelect } from '../../data/job-selects.tsx';
import { instantText } from '../../ui/clock/time-text.ts';
import { useZone } from '../../ui/clock/zone.tsx';
import { RANGES } from '../../ui/range/range.ts';
import { ChoiceRow } from '../choice-row.tsx';
import classes from './ran.module.css';
import { type Bounds, moved, RAN_RANGES, type RanChange, type RanView, zoomed } from './ran-view.ts';

interface RanControlsProps {
  readonly view: RanView;
  readonly onChange: (change: RanChange) => void;
  /** The window as it is drawn. */
  readonly bounds: Bounds;
  /** The server's time (ms). */
  readonly now: number;
}

const BY = [
  { value: 'job', label: 'By job' },
  { value: 'node', label: 'By node' },
] as const;
const SORTS = [
  { value: 'failed', label: 'Most failures first' },
  { value: 'runs', label: 'Most runs first' },
] as const;

/** The window, the rows and the filters. */
export function RanControls(props: RanControlsProps) {
  const { view, onChange } = props;
  const { sort, q, type, tag } = view;
  return (
    <search className={classes.controls} aria-label="What ran">
      <ChoiceRow
        label="Rows"
        choices={BY}
        chosen={view.by}
        onChoose={(by) => onChange({ by, rows: undefined })}
      >
        <SearchField value={q ?? ''} onChange={(text) => onChange({ q: text, rows: undefined })} />
        <TypeSelect value={type} onChange={(chosen) => onChange({ type: chosen, rows: undefined })} />
        <TagSelect value={tag} onChange={(chosen) => onChange({ tag: chosen, rows: undefined })} />
        <NativeSelect
          aria-label="Order"
          data={[...SORTS]}
          value={sort}
          onChange={({ currentTarget: { value } }) =>
            onChange({ sort: value === 'runs' ? 'runs' : 'failed', rows: undefined })
          }
        />
      </ChoiceRow>
      <TimeControls {...props} />
    </search>
  );
}

function TimeControls({ view: { time }, onChange, bounds, now }: RanControlsProps) {
  const { zone } = useZone();
  const middle = (bounds.from + bounds.to) / 2;
  const zoom = (factor: number) => onChange({ time: zoomed(bounds, { factor, around: middle, now }) });
  const buttons = [
    { label: 'Earlier', sign: 'Earlier', run: () => onChange({ time: moved(bounds, -0.5, now) }) },
    { label: 'Later', sign: 'Later', run: () => onChange({ time: moved(bounds, 0.5, now) }) },
    { label: 'Zoom in', sign: '+', run: () => zoom(0.5) },
    { label: 'Zoom out', sign: '−', run: () => zoom(2) },
  ];
  return (
    <ChoiceRow
      label="Time range"
      choices={RAN_RANGES.map((name) => ({ value: name, label: RANGES[name].label }))}
      chosen={time.kind === 'last' ? time.name : undefined}
      onChoose={(name) => onChange({ time: { kind: 'last', name } })}
    >
      <span className={classes.buttons}>
        {buttons.map(({ label, sign, run }) => (
          <Button
            key={label}
            size="compact-sm"
            variant="default"
            aria-label={label}
            title={label}
            onClick={run}
          >
            {sign}
          </Button>
        ))}
      </span>
      <span className={classes.range}>
        {instantText(bounds.from, zone)} to {time.kind === 'last' ? 'now' : instantText(bounds.to, zone)}
      </span>
    </ChoiceRow>
  );
}

interface SearchFieldProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** Applies on Enter, and when the user leaves the field. */
function SearchField({ value, onChange }: SearchFieldProps) {
  const [text, setText] = useState(value);
  // The value changes by a link and the Back button, too.
  useEffect(() => setText(value), [value]);
  const apply = (): void => {
    if (text.trim() !== value) onChange(text.trim());
  };
  return (
    <TextInput
      aria-label="Id or name of a job"
      placeholder="Id or name of a job"
      value={text}
      maxLength={200}
      autoComplete="off"
      spellCheck={false}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={apply}
      onKeyDown={(event) => {
        if (event.key === 'Enter') apply();
      }}
    />
  );
}
