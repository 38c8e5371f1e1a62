import type { Job } from '@greenvue/jobs/client';
import { Anchor, Button, Group, Loader, Text, VisuallyHidden } from '@mantine/core';
import { useState } from 'react';
import { instantText, localZoneName } from '../../ui/clock/time-text.ts';
import { useZone } from '../../ui/clock/zone.tsx';
import { faultWords } from '../../ui/feedback/fault-words.ts';
import { ClockIcon, RefreshIcon } from '../../ui/icons.tsx';
import { Countdown } from '../../ui/instant/instant.tsx';
import { SlotList } from '../../ui/instant/slot-list.tsx';
import { endText, scheduleText } from '../../ui/schedule/schedule-text.ts';
import { useViewer } from '../../ui/schedule/use-viewer.ts';
import type { GateDraft } from '../parts/gate-draft.ts';
import { type ScheduleBody, type ScheduleDraft, scheduleWords } from '../parts/schedule-draft.ts';
import { calendarNote } from './calendar-fields.tsx';
import { nextRunChange } from './next-run.ts';
import { NextRunSentence } from './next-run-sentence.tsx';
import classes from './schedule.module.css';
import type { ScheduleAnswer } from './use-schedule-preview.ts';

interface SchedulePreviewProps {
  readonly draft: ScheduleDraft;
  readonly gate: GateDraft;
  readonly answer: ScheduleAnswer;
  readonly job: Job | undefined;
}

/** A schedule in words and its next run times, computed by the server. */
export function SchedulePreview({ draft, gate, answer, job }: SchedulePreviewProps) {
  // The last answer stays until the next one arrives, so that the page does not jump while the user types.
  const [last, setLast] = useState(answer);
  if (answer.kind !== 'asking' && last !== answer) setLast(answer);
  const seen = answer.kind === 'asking' ? last : answer;
  return (
    <div className={classes.preview}>
      <span className={classes.previewIcon}>
        {seen === answer ? <ClockIcon size={18} /> : <Loader size={18} aria-hidden="true" />}
      </span>
      <div className={classes.previewText}>
        <Answer draft={draft} gate={gate} answer={seen} job={job} />
      </div>
      <Spoken answer={answer} />
    </div>
  );
}

/** Announced when it changes. The visible text ticks, which would be noise. */
function Spoken({ answer }: { readonly answer: ScheduleAnswer }) {
  const { zone } = useZone();
  const viewer = useViewer();
  const [next] = answer.kind === 'times' ? answer.preview.times : [];
  const words = answer.kind === 'times' ? scheduleText(scheduleWords(answer.schedule), viewer) : '';
  return (
    <VisuallyHidden role="status">
      {next === undefined ? words : `${words}. Next run ${instantText(Date.parse(next), zone)}.`}
    </VisuallyHidden>
  );
}

function Answer({ draft, gate, answer, job }: SchedulePreviewProps) {
  switch (answer.kind) {
    case 'nothing':
      return <Text size="sm">{WAITING[draft.kind]}</Text>;
    case 'asking':
      return (
        <Group gap="xs">
          <Loader size={14} aria-hidden="true" />
          <Text size="sm">Calculating the next runs…</Text>
        </Group>
      );
    case 'refused':
      return <Text size="sm">{refusalWords(answer.faults)}</Text>;
    case 'failed':
      return <FailedPreview error={answer.error} onRetry={answer.retry} />;
    case 'times':
      return <Times answer={answer} gate={gate} job={job} />;
    default:
      return answer satisfies never;
  }
}

const WAITING = {
  interval: 'Enter an interval to see the next runs.',
  cron: 'Enter a cron expression to see the next runs.',
  rrule: 'Enter a recurrence rule to see the next runs.',
  run_at: 'Enter a date and a time to see the next runs.',
  after: 'Enter the id of the other job. Its runs decide when this job runs.',
  on_demand:
    'The job has no schedule. Start a run with Run now on its page, or with POST /api/jobs/{id}/runs.',
} as const;

/** Errors that belong to a field are shown at the field. */
function refusalWords(faults: readonly { readonly pointer: string; readonly detail: string }[]): string {
  const others = faults.filter(({ pointer }) => !SCHEDULE_POINTERS.includes(pointer));
  if (others.length === 0) return 'The server rejects this schedule: see the errors at its fields.';
  return `The server cannot calculate the next runs: ${others.map(({ pointer, detail }) => `${pointer} ${detail}`.trim()).join('; ')}`;
}

const SCHEDULE_POINTERS = [
  '/interval',
  '/interval_mode',
  '/cron',
  '/rrule',
  '/timezone',
  '/run_at',
  '/on_demand',
  '/after',
  '/after/job',
  '/after/on',
  '/start_at',
  '/end_at',
  '/max_runs',
  '/spread',
  '/calendar',
  '/calendar/id',
  '/calendar/mode',
];

function FailedPreview({ error, onRetry }: { readonly error: unknown; readonly onRetry: () => void }) {
  const { title, detail } = faultWords(error);
  return (
    <Group gap="xs">
      <Text size="sm">
        The next runs are unknown. {title}. {detail}
      </Text>
      <Button size="compact-sm" variant="default" leftSection={<RefreshIcon />} onClick={onRetry}>
        Try again
      </Button>
    </Group>
  );
}

interface TimesProps extends Pick<SchedulePreviewProps, 'gate' | 'job'> {
  readonly answer: Extract<ScheduleAnswer, { readonly kind: 'times' }>;
}

function Times({ answer, gate, job }: TimesProps) {
  const { schedule, calendar, preview } = answer;
  const [next] = preview.times;
  const viewer = useViewer();
  return (
    <>
      <Text size="sm" fw={600}>
        {scheduleText(scheduleWords(schedule), viewer)}
      </Text>
      {job === undefined ? null : (
        <NextRunSentence change={nextRunChange(preview)} job={job} schedule={schedule} />
      )}
      {next === undefined && job === undefined ? <Text size="sm">{noTimes(schedule)}</Text> : null}
      {next === undefined ? null : (
        <>
          <SlotList
            className={classes.times}
            times={preview.times}
            timeZone={'timezone' in schedule ? schedule.timezone : null}
            beside={(at) => (at === next ? <Until at={at} /> : null)}
          />
          <OnWhichClock />
        </>
      )}
      {'spread' in schedule && next !== undefined ? (
        <Text size="xs" c="dimmed">
          {next === preview.slots[0]
            ? 'The spread adds a fixed time to each of them, which depends on the id of the job.'
            : 'With the time that the spread adds.'}
        </Text>
      ) : null}
      {calendar !== undefined && next !== undefined ? (
        <Text size="xs" c="dimmed">
          {calendarNote(calendar.mode)}
        </Text>
      ) : null}
      {isGate(gate) && !('on_demand' in schedule) ? (
        <Text size="xs" c="dimmed">
          A run is skipped if {gate.job.trim()} has not succeeded in the {gate.succeeded_within.trim()}{' '}
          before.
        </Text>
      ) : null}
      {isFixedDelay(schedule) ? (
        <Text size="xs" c="dimmed">
          Later runs depend on when each run ends.
        </Text>
      ) : null}
    </>
  );
}

function isGate({ job, succeeded_within: within }: GateDraft): boolean {
  return job.trim() !== '' && within.trim() !== '';
}

function noTimes(schedule: ScheduleBody): string {
  if ('after' in schedule)
    return `A run starts when ${endText(schedule.after)}, so there are no times to show.`;
  return 'No future runs.';
}

function Until({ at }: { readonly at: string }) {
  return (
    <span className={classes.dimmed}>
      (<Countdown to={at} />)
    </span>
  );
}

/** Local times may use another time zone than the times below it. */
function OnWhichClock() {
  const { zone, setZone } = useZone();
  const isUtc = zone === 'utc';
  const own = localZoneName();
  if (own === 'UTC') return null;
  return (
    <Text size="xs" c="dimmed">
      {isUtc ? 'Times are in UTC. ' : `Times are in your zone, ${own}. `}
      <Anchor component="button" type="button" size="xs" onClick={() => setZone(isUtc ? 'local' : 'utc')}>
        {isUtc ? `Show in ${own}` : 'Show in UTC'}
      </Anchor>
    </Text>
  );
}

function isFixedDelay(schedule: ScheduleBody): boolean {
  return 'interval' in schedule && schedule.interval_mode === 'fixed_delay';
}
