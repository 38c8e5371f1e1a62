import { SegmentedControl, Stack, Text } from '@mantine/core';
import type { JobForm } from '../draft/use-job-form.ts';
import { type ScheduleKind, scheduleFieldsOf } from '../parts/schedule-draft.ts';
import { KindFields } from './kinds/kind-fields.tsx';
import type { WriteSchedule } from './kinds/part-props.ts';
import classes from './schedule.module.css';

const KINDS: readonly { readonly value: ScheduleKind; readonly label: string }[] = [
  { value: 'interval', label: 'Interval' },
  { value: 'cron', label: 'Cron' },
  { value: 'rrule', label: 'Rule' },
  { value: 'run_at', label: 'Once' },
  { value: 'after', label: 'After a job' },
  { value: 'on_demand', label: 'Manual only' },
];

const KIND_WORDS: Readonly<Record<ScheduleKind, string>> = {
  interval: 'Repeats after a fixed time.',
  cron: 'At times of the calendar: every day at 03:00, on Mondays, on the last day of the month.',
  rrule: 'What cron cannot say: every second Monday, every 10 days, every 3 months from March.',
  run_at: 'Runs a single time.',
  after: 'Each time that a run of another job ends.',
  on_demand: 'Only when someone presses Run now, or when code starts it. Each run can have its own payload.',
};

const FIELDS_OF_KINDS = [...new Set(KINDS.flatMap(({ value }) => scheduleFieldsOf(value))), 'calendar'];

/** When a job runs: one of six kinds of schedule, each with its own fields. */
export function ScheduleFields({ form }: { readonly form: JobForm }) {
  const { schedule } = form.draft;
  const write: WriteSchedule = (field, change) =>
    form.edit(field, (before) => ({ ...before, schedule: { ...before.schedule, ...change } }));
  const choose = (kind: ScheduleKind) => {
    write('/on_demand', { kind });
    // Errors of another kind no longer apply.
    for (const field of FIELDS_OF_KINDS) write(`/${field}`, { kind });
  };
  return (
    <Stack gap="md">
      <div>
        <SegmentedControl
          fullWidth
          className={classes.kinds}
          aria-label="Kind of schedule"
          data={[...KINDS]}
          value={schedule.kind}
          onChange={choose}
        />
        <Text size="sm" c="dimmed" mt={6}>
          {KIND_WORDS[schedule.kind]}
        </Text>
      </div>
      <KindFields schedule={schedule} write={write} />
    </Stack>
  );
}
