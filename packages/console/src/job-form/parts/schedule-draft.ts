import type { Fault, Job, PreviewSchedule } from '@greenvue/jobs/client';
import {
  type InstantDraft,
  instantDraft,
  NO_INSTANT,
  readInstant,
  UNFINISHED,
} from '../../ui/instant/instant-draft.ts';
import type { ScheduleFields } from '../../ui/schedule/schedule-text.ts';

export type ScheduleKind = 'interval' | 'cron' | 'run_at' | 'on_demand';
export type IntervalMode = 'fixed_rate' | 'fixed_delay';

/** A schedule being edited. Keeps the input of the other kinds. */
export interface ScheduleDraft {
  readonly kind: ScheduleKind;
  readonly interval: string;
  readonly intervalMode: IntervalMode;
  readonly cron: string;
  readonly timezone: string;
  /** For intervals and cron. */
  readonly startAt: InstantDraft;
  readonly runAt: InstantDraft;
}

/** The schedule fields of a request body: one kind with its fields. */
export type ScheduleBody =
  | { readonly interval: string; readonly interval_mode: IntervalMode; readonly start_at?: string }
  | { readonly cron: string; readonly timezone: string; readonly start_at?: string }
  | { readonly run_at: string }
  | { readonly on_demand: true };

type ReadSchedule =
  | { readonly ok: true; readonly value: ScheduleBody }
  | { readonly ok: false; readonly faults: readonly Fault[] };

export const NEW_SCHEDULE: ScheduleDraft = {
  kind: 'interval',
  interval: '',
  intervalMode: 'fixed_rate',
  cron: '',
  timezone: 'UTC',
  startAt: NO_INSTANT,
  runAt: NO_INSTANT,
};

/** The body fields that a schedule kind shows; pointers of errors name them. */
export function scheduleFieldsOf(kind: ScheduleKind): readonly string[] {
  switch (kind) {
    case 'interval':
      return ['interval', 'interval_mode', 'start_at'];
    case 'cron':
      return ['cron', 'timezone', 'start_at'];
    case 'run_at':
      return ['run_at'];
    case 'on_demand':
      return [];
    default:
      return kind satisfies never;
  }
}

/** The schedule kind of a request body. */
export function kindOf(body: ScheduleBody): ScheduleKind {
  if ('interval' in body) return 'interval';
  if ('cron' in body) return 'cron';
  return 'run_at' in body ? 'run_at' : 'on_demand';
}

/** A job's schedule as a request body. */
export function scheduleOf(job: Pick<Job, keyof ScheduleFields>): ScheduleBody {
  const start = job.start_at === null ? {} : { start_at: job.start_at };
  if (job.interval !== null) {
    return { interval: job.interval, interval_mode: job.interval_mode ?? 'fixed_rate', ...start };
  }
  if (job.cron !== null) return { cron: job.cron, timezone: job.timezone ?? 'UTC', ...start };
  return job.run_at === null ? { on_demand: true } : { run_at: job.run_at };
}

/** The draft of an existing schedule. */
export function scheduleDraft(body: ScheduleBody): ScheduleDraft {
  const startAt = 'start_at' in body ? instantDraft(body.start_at) : NO_INSTANT;
  const kind = kindOf(body);
  return {
    ...NEW_SCHEDULE,
    kind,
    startAt,
    ...('interval' in body ? { interval: body.interval, intervalMode: body.interval_mode } : {}),
    ...('cron' in body ? { cron: body.cron, timezone: body.timezone } : {}),
    ...('run_at' in body ? { runAt: instantDraft(body.run_at) } : {}),
  };
}

/** The schedule in a draft. Checks only that dates are complete; the server checks the rest. */
export function readSchedule(draft: ScheduleDraft): ReadSchedule {
  switch (draft.kind) {
    case 'interval': {
      const body = { interval: draft.interval.trim(), interval_mode: draft.intervalMode };
      return withStart(body, draft.startAt);
    }
    case 'cron': {
      const body = { cron: draft.cron, timezone: draft.timezone };
      return withStart(body, draft.startAt);
    }
    case 'run_at': {
      const runAt = readInstant(draft.runAt);
      if (draft.runAt.isUnfinished) return fault('/run_at', UNFINISHED);
      if (runAt === undefined) return fault('/run_at', 'needs a date and a time');
      return { ok: true, value: { run_at: runAt } };
    }
    case 'on_demand':
      return { ok: true, value: { on_demand: true } };
    default:
      return draft.kind satisfies never;
  }
}

function withStart<T extends ScheduleBody>(body: T, startAt: InstantDraft): ReadSchedule {
  if (startAt.isUnfinished) return fault('/start_at', UNFINISHED);
  if (startAt.text === '') return { ok: true, value: body };
  const start = readInstant(startAt);
  if (start === undefined) return fault('/start_at', 'needs a date and a time, or nothing');
  return { ok: true, value: { ...body, start_at: start } };
}

function fault(pointer: string, detail: string): ReadSchedule {
  return { ok: false, faults: [{ pointer, detail }] };
}

/** Whether to ask the server: an empty schedule is not an error yet. */
export function isBegun(draft: ScheduleDraft): boolean {
  if (draft.kind === 'interval') return draft.interval.trim() !== '';
  if (draft.kind === 'cron') return draft.cron.trim() !== '';
  return draft.kind === 'run_at' && draft.runAt.text !== '';
}

/**
 * The patch from one schedule to another: all fields for another kind, else only the fields that differ; null
 * removes a field.
 */
export function schedulePatch(
  before: ScheduleBody,
  after: ScheduleBody,
): Omit<PreviewSchedule, 'job_id' | 'count'> {
  if (kindOf(before) !== kindOf(after)) return after;
  const start = startOf(after);
  const startPatch = startOf(before) === start ? {} : { start_at: start ?? null };
  if ('interval' in before && 'interval' in after) {
    return {
      ...(before.interval === after.interval ? {} : { interval: after.interval }),
      ...(before.interval_mode === after.interval_mode ? {} : { interval_mode: after.interval_mode }),
      ...startPatch,
    };
  }
  if ('cron' in before && 'cron' in after) {
    return {
      ...(before.cron === after.cron ? {} : { cron: after.cron }),
      ...(before.timezone === after.timezone ? {} : { timezone: after.timezone }),
      ...startPatch,
    };
  }
  return 'run_at' in before && 'run_at' in after && before.run_at !== after.run_at ? after : {};
}

function startOf(body: ScheduleBody): string | undefined {
  return 'start_at' in body ? body.start_at : undefined;
}

/** The same schedule for `scheduleText`. */
export function scheduleWords(body: ScheduleBody): ScheduleFields {
  return {
    interval: 'interval' in body ? body.interval : null,
    interval_mode: 'interval_mode' in body ? body.interval_mode : null,
    cron: 'cron' in body ? body.cron : null,
    timezone: 'timezone' in body ? body.timezone : null,
    run_at: 'run_at' in body ? body.run_at : null,
    on_demand: 'on_demand' in body,
    start_at: startOf(body) ?? null,
  };
}
