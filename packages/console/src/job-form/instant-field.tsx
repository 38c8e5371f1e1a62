import { Group, SegmentedControl, Stack, Text, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { instantText, localZoneName } from '../parts/time-text.ts';
import { clockChange, type InstantDraft, onClock, readInstant } from './instant-draft.ts';
import classes from './job-form.module.css';

interface InstantFieldProps {
  readonly id: string;
  readonly label: ReactNode;
  /** For the choice of the clock: "Start at". */
  readonly name: string;
  readonly description: ReactNode;
  readonly fault: string | undefined;
  readonly isRequired?: boolean;
  readonly draft: InstantDraft;
  readonly onChange: (draft: InstantDraft) => void;
}

/** A date and a time of day, on the viewer's clock or on UTC's; what it is on the other one stands below. */
export function InstantField(props: InstantFieldProps) {
  const { id, label, name, description, fault, isRequired = false, draft, onChange } = props;
  return (
    <Stack gap={6}>
      <TextInput
        id={id}
        type="datetime-local"
        label={label}
        description={description}
        error={fault}
        withAsterisk={isRequired}
        aria-required={isRequired}
        {...(/:\d\d:\d\d/.test(draft.text) ? { step: 'any' } : {})}
        classNames={{ wrapper: classes.instant }}
        value={draft.text}
        onChange={(event) => onChange({ ...draft, text: event.currentTarget.value })}
      />
      <Group gap="xs" align="center">
        <SegmentedControl
          size="xs"
          aria-label={`${name}: on which clock`}
          data={[
            { value: 'local', label: localZoneName() },
            { value: 'utc', label: 'UTC' },
          ]}
          value={draft.zone}
          onChange={(zone) => onChange(onClock(draft, zone === 'utc' ? 'utc' : 'local'))}
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
    <Text size="xs" c="dimmed" role="status" className={classes.grow}>
      = {other}
      {draft.zone === 'utc' ? ' your time' : ''}
      {change === undefined ? null : <span className={classes.clockChange}>{CLOCK_CHANGES[change]}</span>}
    </Text>
  );
}

const CLOCK_CHANGES = {
  skipped: 'Your clock is set forward then: this time does not come, and one a little later is taken.',
  twice:
    'Your clock is set back then: this time comes twice, and the first is taken. Choose UTC to mean the second.',
} as const;
