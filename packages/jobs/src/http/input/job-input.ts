import { z } from 'zod';
import { CALENDAR_MODES } from '../../core/calendars/calendar.ts';
import { MOST_RUNNING, MOST_RUNS } from '../../core/limits.ts';
import { PRIORITIES } from '../../core/model/priority.ts';
import { keysOf } from '../../core/objects.ts';
import type { JobInput, JobPatch } from '../../engine/ports/engine-port.ts';
import { idSchema } from '../fields/id.ts';
import { payloadSchema, text } from '../fields/text.ts';
import { durationField, timeField } from '../fields/time-fields.ts';
import { afterField, onlyIfField, onlyIfInput } from './chain-input.ts';
import { watchingFields, watchingInput, watchingPatch } from './watch-input.ts';

/** The id of a job, chosen by the caller (P1, identity). */
export const jobIdSchema = idSchema.meta({ examples: ['nightly-cleanup'] });

export const jobParams = z.strictObject({ job_id: jobIdSchema });

const duration = durationField.describe('Duration in Go syntax, such as 5m, 1h30m or 24h');
const time = timeField.describe('RFC 3339 with an offset, such as 2026-01-31T09:00:00Z');

const backoff = z
  .strictObject({
    initial: duration.exactOptional().describe('Wait before the first retry; default 10s'),
    max: duration.exactOptional().describe('Longest wait; default 1h'),
    factor: z
      .number()
      .min(1)
      .max(100)
      .exactOptional()
      .describe('Multiplier from each wait to the next; default 2'),
    jitter: z
      .number()
      .min(0)
      .max(1)
      .exactOptional()
      .describe('Random fraction by which each wait is longer or shorter; default 0.1'),
  })
  .meta({ examples: [{ initial: '10s', max: '1h' }] });

/**
 * The fields of a schedule (P2, schedule): exactly one of interval, cron, rrule, run_at, on_demand and after,
 * and the settings of that kind.
 */
const scheduleFields = {
  interval: duration.describe('Time between two slots: a duration in Go syntax, such as 5m, 1h30m or 24h'),
  interval_mode: z
    .enum(['fixed_rate', 'fixed_delay'])
    .describe(
      'fixed_rate (default): the interval counts from slot to slot; fixed_delay: from the end of a run',
    ),
  cron: text({ min: 1, max: 200 }).describe(
    'Cron expression with five fields (minute first) or six (second first), such as 0 3 * * *',
  ),
  rrule: text({ min: 1, max: 500 }).describe(
    'Recurrence rule of iCalendar (RFC 5545), such as FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;BYHOUR=9',
  ),
  timezone: text({ min: 1, max: 64 }).describe(
    'IANA time zone of cron and rrule, such as Europe/Berlin; default UTC',
  ),
  run_at: time.describe('Run once, at this time'),
  on_demand: z.boolean().describe('true: no schedule; the job runs only when somebody starts it'),
  after: afterField,
  start_at: time.describe(
    'First slot of an interval; for cron and rrule, the time before which there are no slots. INTERVAL of rrule counts from it',
  ),
  end_at: time.describe(
    'The time after which there are no slots (with after: no further runs). The job is finished after its last run',
  ),
  max_runs: z
    .int()
    .min(1, 'must be at least 1. To stop a job, pause it')
    .max(MOST_RUNS)
    .describe('The job is finished after this many runs of its slots; skipped slots do not count'),
  spread: duration.describe(
    'Each slot is due by a part of this duration later. The part is made from the id of the job and is always the same, so that jobs with the same schedule do not all start together. At most the interval, or 24h for cron and rrule',
  ),
};

const calendar = z
  .strictObject({ id: text({ min: 1, max: 128 }), mode: z.enum(CALENDAR_MODES) })
  .meta({ examples: [{ id: 'holidays', mode: 'skip' }] })
  .describe(
    'What happens to a slot inside a window of a calendar, or with after, to an end of the other job. skip: no run; move: the run is due at the end of the window',
  );

const name = text({ min: 1, max: 200 }).describe('Display name');
const jobType = text({ min: 1, max: 100 }).describe(
  'Name of a registered job type; GET /job-types lists them',
);

const settings = {
  description: text({ min: 0, max: 2_000 }).describe('Description for people'),
  ...scheduleFields,
  calendar,
  payload: payloadSchema
    .nullable()
    .describe('Default: the defaults of the job type. null, with on_demand: each run must bring a payload'),
  overlap: z
    .enum(['skip', 'queue', 'allow', 'cancel_previous'])
    .describe(
      'What happens when a slot is due while a run is live. skip (default): the slot is skipped; queue (default with after): it waits; allow: it runs at the same time; cancel_previous: the live run is cancelled, and the new one starts when it has ended',
    ),
  catch_up: z
    .enum(['once', 'skip', 'all'])
    .describe(
      'What happens after missed slots. once (default): one run for all; skip: no run; all: one run for each',
    ),
  timeout: duration.describe("Longest duration of an attempt; default: the job type's"),
  expire_after: duration.describe(
    'A run that has not started this long after it was due is skipped: from 1s to 9600h; default: it waits as long as it must',
  ),
  priority: z
    .enum(PRIORITIES)
    .describe(
      'Which of the due runs start first; default: normal. No run waits behind a higher one that became due more than 5 minutes later',
    ),
  max_running: z
    .int()
    .min(1)
    .max(MOST_RUNNING)
    .describe('At most this many runs of the job run at once, and the others wait; only with overlap allow'),
  only_if: onlyIfField,
  max_attempts: z
    .int()
    .min(1)
    .max(1_000)
    .describe("Attempts of a run, the first included; default: the job type's"),
  backoff: backoff.describe("Waits between attempts; default: the job type's"),
  ...watchingFields,
};

/** The body of POST /jobs. */
export const createJobBody = z
  .strictObject({ id: jobIdSchema, name, type: jobType })
  .extend(z.object(settings).partial().shape);

/** The body of PUT /jobs/:job_id; the id is optional. */
export const putJobBody = createJobBody.extend({ id: jobIdSchema.optional() });

/** The schedule fields of a merge patch (RFC 7396): absent keeps, null resets to the default. */
export const schedulePatchFields = {
  interval: scheduleFields.interval.nullish(),
  interval_mode: scheduleFields.interval_mode.nullish(),
  cron: scheduleFields.cron.nullish(),
  rrule: scheduleFields.rrule.nullish(),
  timezone: scheduleFields.timezone.nullish(),
  run_at: scheduleFields.run_at.nullish(),
  on_demand: scheduleFields.on_demand.nullish(),
  after: scheduleFields.after.nullish(),
  start_at: scheduleFields.start_at.nullish(),
  end_at: scheduleFields.end_at.nullish(),
  max_runs: scheduleFields.max_runs.nullish(),
  spread: scheduleFields.spread.nullish(),
  calendar: calendar.nullish(),
};

/** The body of PATCH /jobs/:job_id. */
export const patchJobBody = z.strictObject({
  name: name.optional(),
  type: jobType.optional().describe('Must be the current type: the type of a job cannot change'),
  description: settings.description.nullish(),
  ...schedulePatchFields,
  payload: payloadSchema.nullish().describe('Replaces the whole payload'),
  overlap: settings.overlap.nullish(),
  catch_up: settings.catch_up.nullish(),
  timeout: settings.timeout.nullish(),
  expire_after: settings.expire_after.nullish(),
  priority: settings.priority.nullish(),
  max_running: settings.max_running.nullish(),
  only_if: settings.only_if.nullish(),
  max_attempts: settings.max_attempts.nullish(),
  backoff: settings.backoff.nullish(),
  tags: settings.tags.nullish(),
  pause_after: settings.pause_after.nullish(),
  expect: settings.expect.nullish(),
  alerts: settings.alerts.nullish(),
  ping_url: settings.ping_url.nullish(),
});

export type CreateJobBody = z.output<typeof createJobBody>;
export type PatchJobBody = z.output<typeof patchJobBody>;

type Camel<Name> = Name extends `${infer First}_${infer Rest}` ? `${First}${Capitalize<Camel<Rest>>}` : Name;
type CamelKeys<T> = { [Key in keyof T as Camel<Key & string>]: T[Key] };

/**
 * Reads the fields of a schema from a body, under the engine's names: `run_at` is `runAt`. Leaves out other
 * fields. The names are computed once for each schema, because each request needs them.
 */
function camelFields<Field extends string>(shape: Readonly<Record<Field, unknown>>) {
  const names = keysOf(shape).map((field): readonly [Field, string] => [
    field,
    field.replace(/_(.)/g, (_match, letter: string) => letter.toUpperCase()),
  ]);
  return <Body extends { readonly [Key in Field]?: unknown }>(
    body: Body,
  ): CamelKeys<Pick<Body, Field & keyof Body>> => {
    const entries = names.map(([field, camel]): readonly unknown[] => [camel, body[field]]);
    return Object.fromEntries(entries);
  };
}

const createFields = camelFields(createJobBody.shape);
const patchFields = camelFields(patchJobBody.shape);
const scheduleFieldsOf = camelFields(schedulePatchFields);

/** Converts a validated body to the engine's input. */
export function jobInput(body: CreateJobBody): JobInput {
  const { expect: _expect, pauseAfter: _pauseAfter, onlyIf, ...fields } = createFields(body);
  return { ...fields, ...(onlyIf && { onlyIf: onlyIfInput(onlyIf) }), ...watchingInput(body) };
}

/** Converts a validated merge patch to the engine's patch. An absent field stays absent or is `undefined`. */
export function jobPatch(body: PatchJobBody): JobPatch {
  const { name, type, expect: _expect, pauseAfter: _pauseAfter, onlyIf, ...fields } = patchFields(body);
  return {
    ...fields,
    ...(onlyIf === undefined ? {} : { onlyIf: onlyIf && onlyIfInput(onlyIf) }),
    ...watchingPatch(body),
    ...(name === undefined ? {} : { name }),
    ...(type === undefined ? {} : { type }),
  };
}

/** The schedule fields of a patch. */
export function schedulePatch(
  body: Pick<PatchJobBody, keyof typeof schedulePatchFields>,
): Pick<
  JobPatch,
  | 'interval'
  | 'intervalMode'
  | 'cron'
  | 'rrule'
  | 'timezone'
  | 'runAt'
  | 'onDemand'
  | 'after'
  | 'startAt'
  | 'endAt'
  | 'maxRuns'
  | 'spread'
  | 'calendar'
> {
  return scheduleFieldsOf(body);
}
