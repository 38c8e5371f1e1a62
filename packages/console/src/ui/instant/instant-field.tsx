import { Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { type ReactNode, type SyntheticEvent, useId, useState } from 'react';
import { instantText, localZoneName } from '../clock/time-text.ts';
import { clockChange, type InstantDraft, onClock, readInstant, UNFINISHED } from './instant-draft.ts';
import classes from './instant-field.module.css';

interface InstantFieldProps {
  /** The id of the input. Default: generated. */
  readonly id?: string;
  readonly label: ReactNode;
  /** Names the choice of the clock, such as "Start at". */
  readonly name: string;
  readonly description: ReactNode;
  readonly fault: string | undefined;
  readonly isRequired?: boolean;
  readonly draft: InstantDraft;
  readonly onChange: (draft: InstantDraft) => void;
}

/** A date and a time of day, in local time or UTC, with the time in the other zone below. */
export function InstantField(props: InstantFieldProps) {
  const { label, name, description, fault, isRequired = false, draft, onChange } = props;
  const own = useId();
  const [wasLeft, setLeft] = useState(false);
  // Browsers fire a change event only once all parts are filled in; `badInput` shows a part after each key.
  const read = ({ currentTarget: { value, validity } }: SyntheticEvent<HTMLInputElement>) => {
    const isUnfinished = value === '' && validity.badInput;
    if (value === draft.text && isUnfinished === (draft.isUnfinished ?? false)) return;
    onChange({ text: value, zone: draft.zone, ...(isUnfinished ? { isUnfinished } : {}) });
  };
  return (
    <Stack gap={6}>
      <TextInput
        id={props.id ?? own}
        type="datetime-local"
        label={label}
        description={description}
        error={fault ?? (wasLeft && draft.isUnfinished ? UNFINISHED : undefined)}
        withAsterisk={isRequired}
        aria-required={isRequired}
        {...(/:\d\d:\d\d/.test(draft.text) ? { step: 'any' } : {})}
        classNames={{ wrapper: classes.input }}
        value={draft.text}
        onChange={read}
        onKeyUp={read}
        onBlur={(event) => {
          setLeft(true);
          read(event);
        }}
      />
      <Group gap="xs" align="center">
        <NativeSelect
          size="xs"
          aria-label={`${name}: time zone`}
          data={[
            { value: 'local', label: localZoneName() },
            { value: 'utc', label: 'UTC' },
          ]}
          value={draft.zone}
          onChange={({ currentTarget: { value } }) =>
            onChange(onClock(draft, value === 'utc' ? 'utc' : 'local'))
          }
        />
        <OtherClock draft={draft} />
      </Group>
    </Stack>
  );
}

function OtherClock({ draft }: { readonly draft: InstantDraft }) {
  const iso = readInstant(draft);
  if (iso === undefined) return null;
  const change = clockChange(draft);
  const other = instantText(Date.parse(iso), draft.zone === 'utc' ? 'local' : 'utc');
  return (
    <Text size="xs" c="dimmed" role="status" className={classes.other}>
      = {other}
      {draft.zone === 'utc' ? ' your time' : ''}
      {change === undefined ? null : <span className={classes.clockChange}>{CLOCK_CHANGES[change]}</span>}
    </Text>
  );
}

const CLOCK_CHANGES = {
  skipped: 'Clocks are set forward at this time, so it does not exist. A slightly later time is used.',
  twice:
    'Clocks are set back at this time, so it comes twice. The first one is used; choose UTC for the second.',
} as const;
