import {
  Button,
  Group,
  Radio,
  SegmentedControl,
  Select,
  Stack,
  Text,
  TextInput,
  VisuallyHidden,
} from '@mantine/core';
import { type ReactNode, useMemo } from 'react';
import { localZoneName } from '../../ui/clock/time-text.ts';
import { WithHelp } from '../../ui/help/with-help.tsx';
import { InstantField } from '../../ui/instant/instant-field.tsx';
import blocks from '../../ui/layout/blocks.module.css';
import type { JobForm } from '../draft/use-job-form.ts';
import { DidYouMean } from '../fields/did-you-mean.tsx';
import { CODE_INPUT, useFault, useField } from '../fields/use-field.ts';
import { FIELD_HELP, FIELD_LABELS } from '../labels/field-labels.ts';
import { type IntervalMode, type ScheduleKind, scheduleFieldsOf } from '../parts/schedule-draft.ts';
import { fieldId } from '../payload/pointer.ts';
import { AfterFields } from './after-fields.tsx';
import { BoundFields, type PartProps, type WriteSchedule } from './bound-fields.tsx';
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
      {schedule.kind === 'interval' ? <IntervalFields schedule={schedule} write={write} /> : null}
      {schedule.kind === 'cron' ? <CronFields schedule={schedule} write={write} /> : null}
      {schedule.kind === 'rrule' ? <RruleFields schedule={schedule} write={write} /> : null}
      {schedule.kind === 'run_at' ? <RunAtField schedule={schedule} write={write} /> : null}
      {schedule.kind === 'after' ? <AfterFields schedule={schedule} write={write} /> : null}
    </Stack>
  );
}

function IntervalFields({ schedule, write }: PartProps) {
  return (
    <>
      <div>
        <TextInput
          {...useField('/interval')}
          description="Hours, minutes and seconds, such as 5m, 1h30m or 24h."
          withAsterisk
          aria-required
          placeholder="5m"
          {...CODE_INPUT}
          value={schedule.interval}
          onChange={({ currentTarget }) => write('/interval', { interval: currentTarget.value })}
        />
        <DidYouMean text={schedule.interval} onTake={(interval) => write('/interval', { interval })} />
        <Examples
          examples={[{ value: '30s' }, { value: '5m' }, { value: '1h' }, { value: '24h' }]}
          onTake={(interval) => write('/interval', { interval })}
        />
      </div>
      <ModeField schedule={schedule} write={write} />
      <StartField
        schedule={schedule}
        write={write}
        description="The first slot; one interval from now if empty. A past time only sets the times of the later slots."
      />
      <BoundFields schedule={schedule} write={write} />
    </>
  );
}

function ModeField({ schedule, write }: PartProps) {
  return (
    <WithHelp word={FIELD_HELP['/interval_mode']}>
      <Radio.Group
        {...useField('/interval_mode')}
        value={schedule.intervalMode}
        onChange={(mode) => write('/interval_mode', { intervalMode: modeOf(mode) })}
      >
        <Stack gap={8} mt={6}>
          <Radio
            value="fixed_rate"
            label="Fixed rate"
            description="From start to start: at even times, however long a run takes."
          />
          <Radio
            value="fixed_delay"
            label="Fixed delay"
            description="From end to start: the interval starts when a run ends, so a slow run delays all later ones."
          />
        </Stack>
      </Radio.Group>
    </WithHelp>
  );
}

function modeOf(value: string): IntervalMode {
  return value === 'fixed_delay' ? 'fixed_delay' : 'fixed_rate';
}

const CRON_EXAMPLES = [
  { value: '0 * * * *', words: 'every hour' },
  { value: '0 3 * * *', words: 'every day at 03:00' },
  { value: '30 8 * * MON-FRI', words: 'on workdays at 08:30' },
  { value: '0 9 L * *', words: 'on the last day of the month' },
] as const;

function CronFields({ schedule, write }: PartProps) {
  return (
    <>
      <div>
        <TextInput
          {...useField('/cron')}
          description="Minute, hour, day of month, month, day of week. With six fields, the first is the second."
          withAsterisk
          aria-required
          placeholder="30 8 * * MON-FRI"
          {...CODE_INPUT}
          classNames={{ input: blocks.code }}
          value={schedule.cron}
          onChange={({ currentTarget }) => write('/cron', { cron: currentTarget.value })}
        />
        <Examples examples={CRON_EXAMPLES} onTake={(cron) => write('/cron', { cron })} />
      </div>
      <ZoneField schedule={schedule} write={write} />
      <StartField
        schedule={schedule}
        write={write}
        description="No slot before this time. If empty, the schedule starts now."
      />
      <BoundFields schedule={schedule} write={write} />
    </>
  );
}

const RRULE_EXAMPLES = [
  { value: 'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;BYHOUR=9', words: 'every second Monday at 09:00' },
  { value: 'FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=1;BYHOUR=6', words: 'every 3 months, on the first day' },
  {
    value: 'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;BYHOUR=18',
    words: 'the last weekday of the month',
  },
] as const;

function RruleFields({ schedule, write }: PartProps) {
  return (
    <>
      <div>
        <TextInput
          {...useField('/rrule')}
          description="A rule of iCalendar, as calendar programs have it, without COUNT and UNTIL: the end has its own fields."
          withAsterisk
          aria-required
          placeholder="FREQ=WEEKLY;BYDAY=MO;BYHOUR=9"
          {...CODE_INPUT}
          classNames={{ input: blocks.code }}
          value={schedule.rrule}
          onChange={({ currentTarget }) => write('/rrule', { rrule: currentTarget.value })}
        />
        <Examples examples={RRULE_EXAMPLES} onTake={(rrule) => write('/rrule', { rrule })} />
      </div>
      <ZoneField schedule={schedule} write={write} />
      <StartField
        schedule={schedule}
        write={write}
        description="No slot before this time. INTERVAL counts from it, and it gives the day and time that the rule leaves out."
      />
      <BoundFields schedule={schedule} write={write} />
    </>
  );
}

function ZoneField({ schedule, write }: PartProps) {
  const { timezone } = schedule;
  const own = localZoneName();
  // The server may know names that browsers do not list, such as CET.
  const zones = useMemo(() => [...new Set(['UTC', own, timezone, ...zoneNames()])], [own, timezone]);
  const choose = (zone: string | null) => {
    if (zone !== null) write('/timezone', { timezone: zone });
  };
  return (
    <div>
      <Select
        {...useField('/timezone')}
        description="The schedule uses this zone. A daily job still runs once a day when its clocks change."
        withAsterisk
        aria-required
        searchable
        openOnFocus={false}
        selectFirstOptionOnChange
        allowDeselect={false}
        nothingFoundMessage="No matching time zone"
        data={zones}
        value={timezone}
        onChange={choose}
      />
      {timezone === own ? null : <Examples examples={[{ value: own, words: 'yours' }]} onTake={choose} />}
    </div>
  );
}

function zoneNames(): readonly string[] {
  return Intl.supportedValuesOf('timeZone');
}

function RunAtField({ schedule, write }: PartProps) {
  return (
    <InstantField
      id={fieldId('/run_at')}
      label={FIELD_LABELS['/run_at']}
      name="Run at"
      description="The job runs once and is then finished."
      fault={useFault('/run_at')}
      isRequired
      draft={schedule.runAt}
      onChange={(runAt) => write('/run_at', { runAt })}
    />
  );
}

function StartField({ schedule, write, description }: PartProps & { readonly description: string }) {
  return (
    <InstantField
      id={fieldId('/start_at')}
      label="Start at (optional)"
      name="Start at"
      description={description}
      fault={useFault('/start_at')}
      draft={schedule.startAt}
      onChange={(startAt) => write('/start_at', { startAt })}
    />
  );
}

interface ExamplesProps {
  readonly examples: readonly { readonly value: string; readonly words?: string }[];
  readonly onTake: (value: string) => void;
}

/** Example values that a click inserts. */
function Examples({ examples, onTake }: ExamplesProps): ReactNode {
  return (
    <Group gap={6} mt={6}>
      {examples.map(({ value, words }) => (
        <Button key={value} size="compact-sm" variant="default" onClick={() => onTake(value)}>
          <VisuallyHidden>Use </VisuallyHidden>
          <code className={classes.example}>{value}</code>
          {words === undefined ? null : <span className={classes.exampleWords}> {words}</span>}
        </Button>
      ))}
    </Group>
  );
}
