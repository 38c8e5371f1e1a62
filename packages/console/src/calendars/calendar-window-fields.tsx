import { Button, Checkbox, Group, SegmentedControl, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import blocks from '../ui/layout/blocks.module.css';
import type { WindowDraft, WindowKind } from './window-draft.ts';
import { WEEKDAY_WORDS, WEEKDAYS } from './window-words.ts';

interface FieldsProps {
  readonly window: WindowDraft;
  /** Its place in the list, from 1. */
  readonly number: number;
  readonly onChange: (part: Partial<WindowDraft>) => void;
  /** Absent for the only window. */
  readonly onRemove: (() => void) | undefined;
}

const KINDS: readonly { readonly value: WindowKind; readonly label: string }[] = [
  { value: 'weekly', label: 'Each week' },
  { value: 'yearly', label: 'Each year' },
  { value: 'single', label: 'Once' },
];

/** One window of a calendar. */
export function CalendarWindowFields({ window, number, onChange, onRemove }: FieldsProps) {
  return (
    <Stack gap="sm" role="group" aria-label={`Window ${number}`} className={blocks.box}>
      <Group justify="space-between">
        <Text size="sm" fw={600}>
          Window {number}
        </Text>
        {onRemove === undefined ? null : (
          <Button
            size="compact-sm"
            variant="default"
            aria-label={`Remove window ${number}`}
            onClick={onRemove}
          >
            Remove
          </Button>
        )}
      </Group>
      <SegmentedControl
        aria-label={`Kind of window ${number}`}
        data={[...KINDS]}
        value={window.kind}
        onChange={(kind) => onChange({ kind })}
      />
      {window.kind === 'weekly' ? <WeekdayFields window={window} onChange={onChange} /> : null}
      <SimpleGrid cols={2} spacing="md">
        {BOUNDS[window.kind].map(({ name, label, description, example }) => (
          <TextInput
            key={name}
            label={label}
            description={description}
            placeholder={example}
            maxLength={64}
            value={window[name]}
            onChange={({ currentTarget }) => onChange({ [name]: currentTarget.value })}
            autoComplete="off"
            spellCheck={false}
          />
        ))}
      </SimpleGrid>
    </Stack>
  );
}

interface Bound {
  readonly name: 'from' | 'to' | 'fromDate' | 'toDate' | 'startAt' | 'endAt';
  readonly label: string;
  readonly description: string;
  readonly example: string;
}

const BOUNDS: Readonly<Record<WindowKind, readonly [Bound, Bound]>> = {
  weekly: [
    { name: 'from', label: 'From', description: 'Empty: the start of the day.', example: '22:00' },
    {
      name: 'to',
      label: 'To',
      description: 'Empty: the end of the day. A time before From is on the next day.',
      example: '06:00',
    },
  ],
  yearly: [
    { name: 'fromDate', label: 'First day', description: 'Month and day.', example: '12-24' },
    { name: 'toDate', label: 'Last day', description: 'Empty: one day.', example: '01-01' },
  ],
  single: [
    {
      name: 'startAt',
      label: 'Start',
      description: 'A local time, or one with an offset.',
      example: '2036-04-14T20:00',
    },
    { name: 'endAt', label: 'End', description: 'The window ends before it.', example: '2036-04-15T04:00' },
  ],
};

function WeekdayFields({ window: { weekdays }, onChange }: Pick<FieldsProps, 'window' | 'onChange'>) {
  return (
    <SimpleGrid cols={{ base: 2, sm: 4 }} spacing="xs" role="group" aria-label="Weekdays">
      {WEEKDAYS.map((day) => (
        <Checkbox
          key={day}
          label={WEEKDAY_WORDS[day]}
          checked={weekdays.includes(day)}
          onChange={({ currentTarget: { checked } }) =>
            onChange({ weekdays: WEEKDAYS.filter((one) => (one === day ? checked : weekdays.includes(one))) })
          }
        />
      ))}
    </SimpleGrid>
  );
}
