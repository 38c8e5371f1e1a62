import type { CreateJob, Fault, Job, JobType } from '@greenvue/jobs/client';
import { type Backoff, type BackoffDraft, backoffDraft, readBackoff } from '../parts/backoff-draft.ts';
import {
  type CalendarDraft,
  calendarDraft,
  calendarOf,
  type JobCalendar,
  NO_CALENDAR,
  readCalendar,
} from '../parts/calendar-draft.ts';
import { type Gate, type GateDraft, gateDraft, gateOf, NO_GATE, readGate } from '../parts/gate-draft.ts';
import {
  NEW_SCHEDULE,
  readSchedule,
  type ScheduleBody,
  type ScheduleDraft,
  scheduleDraft,
  scheduleOf,
  usualOverlap,
} from '../parts/schedule-draft.ts';
import {
  readShort,
  type ShortDraft,
  type ShortValues,
  shortDraft,
  shortOf,
  shortTexts,
} from '../parts/short-fields.ts';
import {
  NEW_WATCHING,
  readWatching,
  type WatchDraft,
  type Watching,
  watchDraft,
  watchingBody,
  watchingOf,
} from '../parts/watch-draft.ts';
import { type JsonObject, toJsonObject } from '../payload/json-value.ts';
import {
  asText,
  initialPayload,
  type PayloadDraft,
  type Read,
  readPayload,
  shownPointers,
} from '../payload/payload-draft.ts';
import type { Field } from '../payload/payload-model.ts';
import { pointerOf } from '../payload/pointer.ts';
import { earlyFaults } from './early-faults.ts';

export type Overlap = Job['overlap'];
export type CatchUp = Job['catch_up'];
export type Priority = Job['priority'];

/** A job being edited, with texts as they were typed. An empty policy means the job type's. */
export interface Draft {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** Empty until a type is chosen. */
  readonly type: string;
  readonly schedule: ScheduleDraft;
  readonly calendar: CalendarDraft;
  /** One payload for each job type, so that switching between types loses nothing. */
  readonly payloads: ReadonlyMap<string, PayloadDraft>;
  /** Whether each run brings its own payload, if the job is on demand. */
  readonly isPayloadPerRun: boolean;
  /** Undefined until one is chosen: the usual one of the schedule. */
  readonly overlap: Overlap | undefined;
  readonly catchUp: CatchUp;
  readonly priority: Priority;
  /** Not for a job on demand, which has no slots. */
  readonly gate: GateDraft;
  readonly short: ShortDraft;
  readonly backoff: BackoffDraft;
  readonly watching: WatchDraft;
}

/** A job as a request body, with every field. Undefined fields get the job type's defaults. */
export interface Definition {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly type: string;
  readonly schedule: ScheduleBody;
  readonly calendar: JobCalendar | undefined;
  /** null: each run brings its own. */
  readonly payload: JsonObject | null;
  readonly overlap: Overlap;
  readonly catchUp: CatchUp;
  readonly priority: Priority;
  readonly gate: Gate | undefined;
  readonly short: ShortValues;
  readonly backoff: Backoff | undefined;
  readonly watching: Watching;
}

/** The payload's place in the request body. */
export const PAYLOAD = ['payload'] as const;

export function newDraft(): Draft {
  return {
    id: '',
    name: '',
    description: '',
    type: '',
    schedule: NEW_SCHEDULE,
    calendar: NO_CALENDAR,
    payloads: new Map(),
    isPayloadPerRun: false,
    overlap: undefined,
    catchUp: 'once',
    priority: 'normal',
    gate: NO_GATE,
    short: {},
    backoff: backoffDraft(),
    watching: NEW_WATCHING,
  };
}

/** The draft of an existing definition. */
export function draftOf(definition: Definition): Draft {
  const { id, name, description, type, payload, overlap, catchUp, short, backoff } = definition;
  return {
    id,
    name,
    description,
    type,
    schedule: scheduleDraft(definition.schedule),
    calendar: calendarDraft(definition.calendar),
    payloads: payload === null ? new Map() : new Map([[type, { as: 'form', value: payload }]]),
    isPayloadPerRun: payload === null,
    overlap,
    catchUp,
    priority: definition.priority,
    gate: gateDraft(definition.gate),
    short: shortDraft(short),
    backoff: backoffDraft(backoff),
    watching: watchDraft(definition.watching),
  };
}

/** The fields of a job that define it, without its state. */
export function definitionOf(job: Job): Definition {
  return {
    id: job.id,
    name: job.name,
    description: job.description,
    type: job.type,
    schedule: scheduleOf(job),
    calendar: calendarOf(job),
    payload: job.payload === null ? null : toJsonObject(job.payload),
    overlap: job.overlap,
    catchUp: job.catch_up,
    // An older server does not know the field.
    priority: job.priority ?? 'normal',
    gate: gateOf(job),
    short: shortOf(job),
    backoff: job.backoff,
    watching: watchingOf(job),
  };
}

/** The draft with another job type and that type's initial payload. */
export function withType(
  draft: Draft,
  { type, defaults }: Pick<JobType, 'type' | 'defaults'>,
  field: Field,
): Draft {
  if (draft.payloads.has(type)) return { ...draft, type };
  const payload = initialPayload(field, defaults === null ? undefined : toJsonObject(defaults));
  return { ...draft, type, payloads: new Map(draft.payloads).set(type, payload) };
}

export function payloadOf(draft: Draft): PayloadDraft {
  return draft.payloads.get(draft.type) ?? { as: 'form', value: {} };
}

/** Whether the job has no payload of its own. Only a job on demand can do without one. */
export function isWithoutPayload({ isPayloadPerRun, schedule }: Draft): boolean {
  return isPayloadPerRun && schedule.kind === 'on_demand';
}

/** The draft in which each run brings its payload, or the job has one. `field`: the payload of the type. */
export function withPayloadPerRun(draft: Draft, isPayloadPerRun: boolean, field: Field): Draft {
  const next = { ...draft, isPayloadPerRun };
  const needsOne = !isPayloadPerRun && !draft.payloads.has(draft.type);
  return needsOne ? withPayload(next, initialPayload(field, undefined)) : next;
}

/** The pointers of the payload's fields that the form shows. */
export function payloadPointers(draft: Draft, field: Field): readonly string[] {
  return isWithoutPayload(draft) ? [pointerOf(PAYLOAD)] : shownPointers(payloadOf(draft), field, PAYLOAD);
}

export function withPayload(draft: Draft, payload: PayloadDraft): Draft {
  return { ...draft, payloads: new Map(draft.payloads).set(draft.type, payload) };
}

export function overlapOf({ overlap, schedule }: Draft): Overlap {
  return overlap ?? usualOverlap(schedule.kind);
}

/** The definition in a draft, or the faults that prevent sending it. The server checks everything else. */
export function readDraft(draft: Draft): Read<Definition> {
  const faults: Fault[] = [...earlyFaults(draft)];
  const schedule = readSchedule(draft.schedule);
  const payload: Read<JsonObject | null> = isWithoutPayload(draft)
    ? { ok: true, value: null }
    : readPayload(payloadOf(draft), PAYLOAD);
  const backoff = readBackoff(draft.backoff, faults);
  const gate = draft.schedule.kind === 'on_demand' ? undefined : readGate(draft.gate, faults);
  const short = readShort(draft.short, faults);
  const watching = readWatching(draft.watching, faults);
  if (draft.type === '') faults.push({ pointer: '/type', detail: 'is required: choose a job type' });
  if (!schedule.ok) faults.push(...schedule.faults);
  if (!payload.ok) faults.push(...payload.faults);
  if (faults.length > 0 || !schedule.ok || !payload.ok) return { ok: false, faults };
  const { id, name, description, type, catchUp } = draft;
  return {
    ok: true,
    value: {
      id: id.trim(),
      name,
      description,
      type,
      schedule: schedule.value,
      calendar: readCalendar(draft.calendar, draft.schedule.kind),
      payload: payload.value,
      overlap: overlapOf(draft),
      catchUp,
      priority: draft.priority,
      gate,
      short,
      backoff,
      watching,
    },
  };
}

/** The body of POST /jobs. */
export function createBody(definition: Definition): CreateJob {
  const { id, name, description, type, schedule, payload, overlap, catchUp, short, backoff } = definition;
  return {
    id,
    name,
    type,
    ...(description === '' ? {} : { description }),
    ...schedule,
    ...(definition.calendar === undefined ? {} : { calendar: definition.calendar }),
    payload,
    overlap,
    catch_up: catchUp,
    ...(definition.priority === 'normal' ? {} : { priority: definition.priority }),
    ...(definition.gate === undefined ? {} : { only_if: definition.gate }),
    ...short,
    ...(backoff === undefined ? {} : { backoff }),
    ...watchingBody(definition.watching),
  };
}

/** Whether two drafts mean the same. A payload may be a form in one and text in the other. */
export function sameDraft(a: Draft, b: Draft): boolean {
  return a === b || textOfDraft(a) === textOfDraft(b);
}

function textOfDraft(draft: Draft): string {
  const { payloads: _, ...rest } = draft;
  const payload = isWithoutPayload(draft) ? null : asText(payloadOf(draft));
  const short = shortTexts((name) => draft.short[name] || undefined);
  return JSON.stringify([{ ...rest, short, isPayloadPerRun: payload === null }, payload]);
}
