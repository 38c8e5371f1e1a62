import type { JobCalendar } from '../../../core/calendars/job-calendar.ts';
import { gateOf, onlyIfOf } from '../../../core/chains/gate-option.ts';
import { shownValue } from '../../../core/input/shown-value.ts';
import type { JobType } from '../../../core/job-types/job-type.ts';
import { isFixedDelay, type JobDefinition, NO_PAYLOAD } from '../../../core/model/job.ts';
import { JOB_ID, JOB_ID_RULE } from '../../../core/model/job-id.ts';
import type { JsonText } from '../../../core/model/run.ts';
import type { Mutable } from '../../../core/objects.ts';
import { backoffFields, backoffOf, expireAfterMs, timeoutMs } from '../../../core/policies/policy-values.ts';
import { parseSchedule } from '../../../core/schedule/parse-schedule.ts';
import { boundsOf, hasGrid, type Schedule } from '../../../core/schedule/schedule.ts';
import { formatDuration } from '../../../core/time/duration.ts';
import {
  expectationsOf,
  expectOptions,
  failureBudgetOf,
  sortedNames,
} from '../../../core/watching/watch-values.ts';
import type { Watching } from '../../../core/watching/watching.ts';
import type { EngineParts } from '../../engine-parts.ts';
import { type RegisteredType, unknownType } from '../../job-types/registry.ts';
import { acceptSecrets } from '../../job-types/secret-payload.ts';
import { shownJson } from '../../job-types/shown-payload.ts';
import { EngineError, type InvalidField, type JobInput, type JobPatch } from '../../ports/engine-port.ts';
import { nameOf, type ScheduledJobInput } from '../../ports/jobs-port.ts';

/**
 * Checks input against its job type and the rules of schedules. Throws all faults at once (P1, P2, P21).
 * `stored`: the payload of the job before, whose secrets an edit may keep (P40).
 */
export async function parseDefinition(
  { registry, settings, secrets }: Pick<EngineParts, 'registry' | 'settings' | 'secrets'>,
  input: JobInput,
  stored?: JsonText,
): Promise<JobDefinition> {
  const faults: InvalidField[] = [];
  const fault = (pointer: string, detail: string) => void faults.push({ pointer, detail });
  if (!JOB_ID.test(input.id)) fault('/id', JOB_ID_RULE);
  if (input.name.trim() === '') fault('/name', 'a name must not be empty');
  const schedule = parseSchedule(input, settings);
  if (!schedule.ok) faults.push(...schedule.faults);
  const follows = schedule.ok && schedule.value.kind === 'after';
  const overlap = input.overlap ?? (follows ? 'queue' : 'skip');
  const catchUp = input.catchUp ?? 'once';
  const priority = input.priority ?? 'normal';
  if (catchUp === 'all' && overlap !== 'queue')
    fault('/catchUp', '"catchUp": "all" needs "overlap": "queue"');
  else if (catchUp === 'all' && follows)
    fault('/catchUp', '"catchUp": "all" needs slots: a job with after has none. Leave catchUp out');
  if (input.maxRunning !== undefined && overlap !== 'allow')
    fault('/maxRunning', '"maxRunning" needs "overlap": "allow": otherwise, one run runs at a time');
  if (overlap === 'cancel_previous' && schedule.ok && !mayReplace(schedule.value))
    fault(
      '/overlap',
      '"overlap": "cancel_previous" needs cron, rrule, a fixed-rate interval, onDemand or after',
    );
  const calendarFault = schedule.ok && faultOfCalendar(input.calendar, schedule.value);
  if (calendarFault) fault('/calendar', calendarFault);
  const type = registry.get(input.type);
  if (type === undefined) {
    fault('/type', unknownType(registry));
    throw invalid(input, faults);
  }
  const payload =
    input.payload === null
      ? ({ ok: true, json: NO_PAYLOAD } as const)
      : await acceptSecrets(secrets, {
          rules: type.payload,
          payload: input.payload,
          jobId: input.id,
          stored,
        });
  if (!payload.ok) faults.push(...payload.faults);
  const timeout = input.timeout === undefined ? type.timeoutMs : timeoutMs(input.timeout);
  if (typeof timeout === 'string') fault('/timeout', timeout);
  const expireAfter = input.expireAfter === undefined ? undefined : expireAfterMs(input.expireAfter);
  if (typeof expireAfter === 'string') fault('/expireAfter', expireAfter);
  const onlyIf = input.onlyIf && gateOf(input.onlyIf);
  if (typeof onlyIf === 'string') fault('/onlyIf/succeededWithin', onlyIf);
  else if (onlyIf !== undefined && schedule.ok && schedule.value.kind === 'on_demand')
    fault('/onlyIf', 'only goes with interval, cron, rrule, runAt or after: an on-demand job has no slots');
  const backoff = backoffOf(input.backoff, type.backoff);
  if (typeof backoff === 'string') fault('/backoff', backoff);
  const maxAttempts = input.maxAttempts ?? type.maxAttempts;
  if (!Number.isInteger(maxAttempts) || maxAttempts < 1 || maxAttempts > 1_000)
    fault('/maxAttempts', 'must be a whole number from 1 to 1000');
  const watching = watchingOf(input, type, fault);
  if (
    faults.length > 0 ||
    !schedule.ok ||
    !payload.ok ||
    typeof timeout === 'string' ||
    typeof expireAfter === 'string' ||
    typeof onlyIf === 'string' ||
    typeof backoff === 'string'
  )
    throw invalid(input, faults);
  return {
    id: input.id,
    name: input.name,
    description: input.description ?? '',
    type: input.type,
    typeVersion: type.jobType.version,
    schedule: schedule.value,
    ...(input.calendar === undefined ? {} : { calendar: input.calendar }),
    payload: payload.json,
    overlap,
    catchUp,
    timeoutMs: timeout,
    ...(expireAfter === undefined ? {} : { expireAfterMs: expireAfter }),
    ...(priority === 'normal' ? {} : { priority }),
    ...(input.maxRunning === undefined ? {} : { maxRunning: input.maxRunning }),
    ...(onlyIf === undefined ? {} : { onlyIf }),
    maxAttempts,
    backoff,
    ...watching,
  };
}

/** A job of a given type; its name is for people, and by default its id. */
export function inputWithName(input: ScheduledJobInput, type: JobType | string): JobInput {
  const { id, name = id } = input;
  return { ...input, name, type: nameOf(type) };
}

/** Whether new runs of a job with this schedule can meet live ones (P7, overlap). */
function mayReplace(schedule: Schedule): boolean {
  return schedule.kind === 'on_demand' || schedule.kind === 'after' || hasGrid(schedule);
}

/** Which slots and ends of a chain a calendar can skip or move (P33, calendars and ends). */
export function faultOfCalendar(calendar: JobCalendar | undefined, schedule: Schedule): string | undefined {
  if (calendar === undefined) return undefined;
  if (schedule.kind === 'on_demand')
    return 'does not go with onDemand, which has no slots. Leave calendar out';
  if (calendar.mode === 'move' || !isFixedDelay(schedule)) return undefined;
  return '"mode": "skip" does not go with "intervalMode": "fixed_delay", whose slots follow its runs. Use "mode": "move"';
}

function watchingOf(
  { pauseAfter, expect, pingUrl, ...input }: JobInput,
  type: RegisteredType,
  fault: (pointer: string, detail: string) => void,
): Watching {
  const watching: Mutable<Watching> = {};
  const tags = sortedNames(input.tags);
  const alerts = sortedNames(input.alerts);
  const budget = typeof pauseAfter === 'object' ? failureBudgetOf(pauseAfter) : pauseAfter;
  const expected = expect === undefined ? undefined : expectationsOf(expect);
  if (budget === undefined) {
    if (type.pauseAfter !== undefined) watching.pauseAfter = type.pauseAfter;
  } else if (typeof budget === 'object') watching.pauseAfter = budget;
  else if (budget !== 'none') fault('/pauseAfter', budget);
  if (typeof expected === 'string') fault('/expect', expected);
  else if (expected !== undefined) watching.expect = expected;
  if (tags !== undefined) watching.tags = tags;
  if (alerts !== undefined) watching.alerts = alerts;
  if (pingUrl !== undefined) watching.pingUrl = pingUrl;
  return watching;
}

function invalid({ id }: JobInput, faults: readonly InvalidField[]): EngineError {
  return new EngineError('invalid', `The job ${shownValue(id)} is not valid.`, faults);
}

/** The input that gives a stored definition. `[secret]` in it keeps what is stored. */
export function inputOf({ registry }: Pick<EngineParts, 'registry'>, definition: JobDefinition): JobInput {
  const { id, name, description, type, overlap, catchUp, maxAttempts } = definition;
  return {
    id,
    name,
    description,
    type,
    ...scheduleFields(definition),
    calendar: definition.calendar,
    payload: JSON.parse(shownJson(registry, definition)) as unknown,
    overlap,
    catchUp,
    timeout: formatDuration(definition.timeoutMs),
    expireAfter:
      definition.expireAfterMs === undefined ? undefined : formatDuration(definition.expireAfterMs),
    priority: definition.priority,
    maxRunning: definition.maxRunning,
    onlyIf: definition.onlyIf && onlyIfOf(definition.onlyIf),
    maxAttempts,
    backoff: backoffFields(definition.backoff),
    tags: definition.tags,
    pauseAfter: definition.pauseAfter ?? 'none',
    expect: definition.expect && expectOptions(definition.expect),
    alerts: definition.alerts,
    pingUrl: definition.pingUrl,
  };
}

function scheduleFields({ schedule }: JobDefinition): Partial<JobInput> {
  const instant = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms).toISOString());
  const { startAt, endAt, maxRuns, spreadMs } = boundsOf(schedule);
  const spread = spreadMs === undefined ? undefined : formatDuration(spreadMs);
  const bounds = { startAt: instant(startAt), endAt: instant(endAt), maxRuns, spread };
  switch (schedule.kind) {
    case 'interval':
      return { interval: schedule.interval, intervalMode: schedule.mode, ...bounds };
    case 'cron':
      return { cron: schedule.cron, timezone: schedule.timezone, ...bounds };
    case 'rrule':
      return { rrule: schedule.rrule, timezone: schedule.timezone, ...bounds };
    case 'run_at':
      return { runAt: instant(schedule.runAt) };
    case 'on_demand':
      return { onDemand: true };
    case 'after': {
      const { job, on } = schedule;
      return { after: { job, on }, endAt: bounds.endAt, maxRuns };
    }
    default:
      return schedule satisfies never;
  }
}

const KINDS = ['interval', 'cron', 'rrule', 'runAt', 'onDemand', 'after'] as const;
/** The fields that belong to each kind of schedule, and are removed with it. */
const COMPANIONS = {
  interval: ['intervalMode', 'startAt', 'endAt', 'maxRuns', 'spread'],
  cron: ['timezone', 'startAt', 'endAt', 'maxRuns', 'spread'],
  rrule: ['timezone', 'startAt', 'endAt', 'maxRuns', 'spread'],
  runAt: [],
  onDemand: [],
  after: ['endAt', 'maxRuns'],
} as const;

/** RFC 7396 at top level; a schedule field replaces the other kinds, and what went with them (P16, edit). */
export function mergePatch(current: JobInput, patch: JobPatch): JobInput {
  const merged: Record<string, unknown> = { ...current };
  const kind = KINDS.find(
    (name) => patch[name] !== undefined && patch[name] !== null && patch[name] !== false,
  );
  if (kind !== undefined && current[kind] === undefined) {
    for (const other of KINDS) {
      if (other === kind) continue;
      delete merged[other];
      for (const companion of COMPANIONS[other]) delete merged[companion];
    }
  }
  for (const [name, value] of Object.entries(patch)) {
    if (value === undefined) continue;
    // A name and a type have no default that null could bring back: empty ones are refused.
    if (value === null && (name === 'name' || name === 'type')) merged[name] = '';
    else if (value === null) delete merged[name];
    else merged[name] = value;
  }
  return merged as unknown as JobInput;
}
