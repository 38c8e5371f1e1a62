import type { Fault, Job, PreviewSchedule } from '@greenvue/jobs/client';
import {
  type InstantDraft,
  instantDraft,
  NO_INSTANT,
  readInstant,
  UNFINISHED,
} from '../../ui/instant/instant-draft.ts';
import type { ScheduleFields } from '../../ui/schedule/schedule-text.ts';
import { readNumberField } from './short-fields.ts';

export type ScheduleKind = 'interval' | 'cron' | 'rrule' | 'run_at' | 'after' | 'on_demand';
export type After = NonNullable<Job['after']>;
export type IntervalMode = 'fixed_rate' | 'fixed_delay';

/** A schedule being edited. Keeps the input of the other kinds. */
export interface ScheduleDraft {
  readonly kind: ScheduleKind;
  readonly interval: string;
  readonly intervalMode: IntervalMode;
  readonly cron: string;
  readonly rrule: string;
  readonly timezone: string;
  readonly after: After;
  /** This and the next three: for schedules that repeat; the end and the most runs also after another job. */
  readonly startAt: InstantDraft;
  readonly endAt: InstantDraft;
  readonly maxRuns: string;
  readonly spread: string;
  readonly runAt: InstantDraft;
}

/** What goes with slots that repeat. */
export interface Bounds {
  readonly start_at?: string;
  readonly end_at?: string;
  readonly max_runs?: number;
  readonly spread?: string;
}

/** The schedule fields of a request body: one kind with its fields. */
export type ScheduleBody =
  | (Bounds & { readonly interval: string; readonly interval_mode: IntervalMode })
  | (Bounds & { readonly cron: string; readonly timezone: string })
  | (Bounds & { readonly rrule: string; readonly timezone: string })
  | { readonly run_at: string }
  | (Pick<Bounds, 'end_at' | 'max_runs'> & { readonly after: After })
  | { readonly on_demand: true };

const BOUNDS = ['start_at', 'end_at', 'max_runs', 'spread'] as const;
export const MOST_RUNS = 1_000_000_000;

type ReadSchedule =
  | { readonly ok: true; readonly value: ScheduleBody }
  | { readonly ok: false; readonly faults: readonly Fault[] };

export const NEW_SCHEDULE: ScheduleDraft = {
  kind: 'interval',
  interval: '',
  intervalMode: 'fixed_rate',
  cron: '',
  rrule: '',
  timezone: 'UTC',
  startAt: NO_INSTANT,
  endAt: NO_INSTANT,
  maxRuns: '',
  spread: '',
  runAt: NO_INSTANT,
  after: { job: '', on: 'succeeded' },
};

/** The body fields that a schedule kind shows; pointers of errors name them. */
export function scheduleFieldsOf(kind: ScheduleKind): readonly string[] {
  switch (kind) {
    case 'interval':
      return ['interval', 'interval_mode', ...BOUNDS];
    case 'cron':
    case 'rrule':
      return [kind, 'timezone', ...BOUNDS];
    case 'run_at':
      return ['run_at'];
    case 'after':
      return ['after', 'after/job', 'after/on', 'end_at', 'max_runs'];
    case 'on_demand':
      return [];
    default:
      return kind satisfies never;
  }
}

/** The overlap of a job without one, by its kind of schedule. As in the engine (A4). */
export function usualOverlap(kind: ScheduleKind): Job['overlap'] {
  return kind === 'after' ? 'queue' : 'skip';
}

/** Whether slots can be missed, so that there is something to catch up. */
export function hasSlots(kind: ScheduleKind): boolean {
  return kind !== 'after' && kind !== 'on_demand';
}

/** The schedule kind of a request body. */
export function kindOf(body: ScheduleBody): ScheduleKind {
  if ('interval' in body) return 'interval';
  if ('cron' in body) return 'cron';
  if ('rrule' in body) return 'rrule';
  if ('after' in body) return 'after';
  return 'run_at' in body ? 'run_at' : 'on_demand';
}

/** A job's schedule as a request body. */
export function scheduleOf(job: Pick<Job, keyof ScheduleFields>): ScheduleBody {
  const bounds: Bounds = Object.fromEntries(
    BOUNDS.filter((name) => job[name] !== null).map((name) => [name, job[name]]),
  );
  if (job.interval !== null) {
    return { interval: job.interval, interval_mode: job.interval_mode ?? 'fixed_rate', ...bounds };
  }
  if (job.cron !== null) return { cron: job.cron, timezone: job.timezone ?? 'UTC', ...bounds };
  // An older server sends neither `rrule` nor `after`.
  if (job.rrule != null) return { rrule: job.rrule, timezone: job.timezone ?? 'UTC', ...bounds };
  if (job.after != null) return { after: job.after, ...bounds };
  return job.run_at === null ? { on_demand: true } : { run_at: job.run_at };
}

/** The draft of an existing schedule. */
export function scheduleDraft(body: ScheduleBody): ScheduleDraft {
  const { start_at: startAt, end_at: endAt, max_runs: maxRuns, spread = '' } = boundsOf(body);
  const kind = kindOf(body);
  return {
    ...NEW_SCHEDULE,
    kind,
    startAt: startAt === undefined ? NO_INSTANT : instantDraft(startAt),
    endAt: endAt === undefined ? NO_INSTANT : instantDraft(endAt),
    maxRuns: maxRuns?.toString() ?? '',
    spread,
    ...('interval' in body ? { interval: body.interval, intervalMode: body.interval_mode } : {}),
    ...('cron' in body ? { cron: body.cron, timezone: body.timezone } : {}),
    ...('rrule' in body ? { rrule: body.rrule, timezone: body.timezone } : {}),
    ...('after' in body ? { after: body.after } : {}),
    ...('run_at' in body ? { runAt: instantDraft(body.run_at) } : {}),
  };
}

/** The schedule in a draft. Checks only that dates are complete; the server checks the rest. */
export function readSchedule(draft: ScheduleDraft): ReadSchedule {
  switch (draft.kind) {
    case 'interval':
      return withBounds({ interval: draft.interval.trim(), interval_mode: draft.intervalMode }, draft);
    case 'cron':
      return withBounds({ cron: draft.cron, timezone: draft.timezone }, draft);
    case 'rrule':
      return withBounds({ rrule: draft.rrule.trim(), timezone: draft.timezone }, draft);
    case 'run_at': {
      const runAt = readInstant(draft.runAt);
      if (draft.runAt.isUnfinished) return fault('/run_at', UNFINISHED);
      if (runAt === undefined) return fault('/run_at', 'needs a date and a time');
      return { ok: true, value: { run_at: runAt } };
    }
    case 'after': {
      const { job, on } = draft.after;
      if (job.trim() === '') return fault('/after/job', 'is required: the id of a job, such as import');
      return withBounds({ after: { job: job.trim(), on } }, draft);
    }
    case 'on_demand':
      return { ok: true, value: { on_demand: true } };
    default:
      return draft.kind satisfies never;
  }
}

function withBounds(body: ScheduleBody, draft: ScheduleDraft): ReadSchedule {
  const faults: Fault[] = [];
  const start = draft.kind === 'after' ? undefined : readBound('/start_at', draft.startAt, faults);
  const end = readBound('/end_at', draft.endAt, faults);
  const runs = readNumberField(
    { text: draft.maxRuns, pointer: '/max_runs', least: 1, most: MOST_RUNS },
    faults,
  );
  // The form hides the spread of a schedule that has no slots to spread.
  const isDelay = draft.kind === 'interval' && draft.intervalMode === 'fixed_delay';
  const spread = isDelay || draft.kind === 'after' ? '' : draft.spread.trim();
  if (faults.length > 0) return { ok: false, faults };
  return {
    ok: true,
    value: {
      ...body,
      ...(start === undefined ? {} : { start_at: start }),
      ...(end === undefined ? {} : { end_at: end }),
      ...(runs === undefined ? {} : { max_runs: runs }),
      ...(spread === '' ? {} : { spread }),
    },
  };
}

/** An instant that may be empty. */
function readBound(pointer: string, draft: InstantDraft, faults: Fault[]): string | undefined {
  const instant = readInstant(draft);
  if (draft.isUnfinished) faults.push({ pointer, detail: UNFINISHED });
  else if (draft.text !== '' && instant === undefined)
    faults.push({ pointer, detail: 'needs a date and a time, or nothing' });
  return instant;
}

function fault(pointer: string, detail: string): ReadSchedule {
  return { ok: false, faults: [{ pointer, detail }] };
}

/** Whether to ask the server: an empty schedule is not an error yet. */
export function isBegun(draft: ScheduleDraft): boolean {
  if (draft.kind === 'interval') return draft.interval.trim() !== '';
  if (draft.kind === 'cron') return draft.cron.trim() !== '';
  if (draft.kind === 'rrule') return draft.rrule.trim() !== '';
  if (draft.kind === 'after') return draft.after.job.trim() !== '';
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
  const [old, now] = [boundsOf(before), boundsOf(after)];
  const changed = BOUNDS.filter((name) => old[name] !== now[name]);
  const bounds = Object.fromEntries(changed.map((name) => [name, now[name] ?? null]));
  if ('interval' in before && 'interval' in after) {
    return {
      ...(before.interval === after.interval ? {} : { interval: after.interval }),
      ...(before.interval_mode === after.interval_mode ? {} : { interval_mode: after.interval_mode }),
      ...bounds,
    };
  }
  if ('cron' in before && 'cron' in after) {
    return {
      ...(before.cron === after.cron ? {} : { cron: after.cron }),
      ...(before.timezone === after.timezone ? {} : { timezone: after.timezone }),
      ...bounds,
    };
  }
  if ('rrule' in before && 'rrule' in after) {
    return {
      ...(before.rrule === after.rrule ? {} : { rrule: after.rrule }),
      ...(before.timezone === after.timezone ? {} : { timezone: after.timezone }),
      ...bounds,
    };
  }
  if ('after' in before && 'after' in after) {
    const isSame = before.after.job === after.after.job && before.after.on === after.after.on;
    return { ...(isSame ? {} : { after: after.after }), ...bounds };
  }
  return 'run_at' in before && 'run_at' in after && before.run_at !== after.run_at ? after : {};
}

function boundsOf(body: ScheduleBody): Bounds {
  return 'run_at' in body || 'on_demand' in body ? {} : body;
}

/** The same schedule for `scheduleText`. */
export function scheduleWords(body: ScheduleBody): ScheduleFields {
  const { start_at = null, end_at = null, max_runs = null, spread = null } = boundsOf(body);
  return {
    interval: 'interval' in body ? body.interval : null,
    interval_mode: 'interval_mode' in body ? body.interval_mode : null,
    cron: 'cron' in body ? body.cron : null,
    rrule: 'rrule' in body ? body.rrule : null,
    timezone: 'timezone' in body ? body.timezone : null,
    run_at: 'run_at' in body ? body.run_at : null,
    on_demand: 'on_demand' in body,
    after: 'after' in body ? body.after : null,
    start_at,
    end_at,
    max_runs,
    spread,
  };
}
