import type { JobCalendar } from '../calendars/job-calendar.ts';
import type { JobPolicy } from '../policies/policy.ts';
import type { AfterInput } from '../schedule/parse-schedule.ts';
import type { Transaction } from '../store/store.ts';
import type { TimeInput } from '../time/time-input.ts';
import type { AbortFlag } from './errors.ts';
import type { CatchUp, Overlap } from './job.ts';
import type { Priority } from './priority.ts';
import type { BackoffOptions } from './retry.ts';

/** Takes effect if and only if the caller's transaction commits; PostgreSQL only (`docs/transactions.md`). */
export interface InTransaction {
  readonly tx?: Transaction | undefined;
}

export interface TriggerInput extends InTransaction {
  /** Replaces the job's payload for this run. At most 64 KiB as JSON, with the type's defaults. */
  readonly payload?: unknown;
  /** With `operator`, the payload may change only the type's `operatorsMaySet`. Default `admin`. */
  readonly payloadBy?: 'operator' | 'admin' | undefined;
  /** Only under overlap `allow`. */
  readonly runAt?: TimeInput | undefined;
  /** Idempotency key: within 24 h, a second call for the job with the same key returns the first run. */
  readonly key?: string | undefined;
}

/** When failures pause a job: once `failures` of its last `ofLast` runs have failed. */
export interface PauseAfterOptions {
  /** From 1 to 50. */
  readonly failures: number;
  /** From `failures` to 50. Default: `failures`, which means in a row. */
  readonly ofLast?: number | undefined;
}

/** What a job must keep to. Go durations from 1s to 9600h. */
export interface ExpectOptions {
  /** A run must succeed at least this often; otherwise the job is `overdue`. */
  readonly successWithin?: string | undefined;
  /** A run that takes longer makes the job `slow`. */
  readonly duration?: string | undefined;
  /** A due run must start within this time, or the job is `late`. Default: 60 s. */
  readonly startWithin?: string | undefined;
}

/** How a job is labelled and watched. */
export interface WatchOptions {
  /** Labels, at most 16, such as `billing`. Lists, bulk commands and alerts can ask for them. */
  readonly tags?: readonly string[] | undefined;
  /**
   * The failure budget: pauses the job once so many of its last runs have failed. Omitted: the type's
   * default. `none`: no budget, whatever the default is.
   */
  readonly pauseAfter?: PauseAfterOptions | 'none' | undefined;
  /** What the job must keep to, or its health says so. */
  readonly expect?: ExpectOptions | undefined;
  /** Ids of alert channels that hear of this job, besides those for all jobs. */
  readonly alerts?: readonly string[] | undefined;
  /** An address that is told of each start, success and failure. */
  readonly pingUrl?: string | undefined;
}

/** When slots of a job get a run: while another job has succeeded recently. */
export interface OnlyIf {
  /** The id of the other job. */
  readonly job: string;
  /** A Go duration from 1s to 9600h, such as `24h`, back from when a slot is due. */
  readonly succeededWithin: string;
}

/** What a job has besides its schedule and its payload. */
export interface ScheduledJobFields extends WatchOptions {
  readonly id: string;
  readonly description?: string | undefined;
  /**
   * A calendar whose windows `skip` the slots inside them, or `move` them to the end of the window. With
   * `after`, the ends of the other job's runs. Default: none.
   */
  readonly calendar?: JobCalendar | undefined;
  readonly overlap?: Overlap | undefined;
  readonly catchUp?: CatchUp | undefined;
  /** Omitted, like the two below: the type's default. */
  readonly timeout?: string | undefined;
  readonly maxAttempts?: number | undefined;
  readonly backoff?: BackoffOptions | undefined;
  /** A run that has not started this long after it was due is skipped: from 1s to 9600h. Default: never. */
  readonly expireAfter?: string | undefined;
  /** Which of the due runs start first: `high`, `normal` or `low`. Default: `normal`. */
  readonly priority?: Priority | undefined;
  /** At most this many runs of the job run at once, and the others wait. Only with overlap `allow`. */
  readonly maxRunning?: number | undefined;
  /**
   * Slots get a run only while the last success of another job is recent enough. Otherwise they are skipped.
   */
  readonly onlyIf?: OnlyIf | undefined;
  /** For people. Default: the id. */
  readonly name?: string | undefined;
}

/** What the compiler names as the type of a field that excludes another given one. */
type OneOnly = 'give only one of interval, cron, rrule, runAt, onDemand, after';
type WithSlotsOnly = 'only goes with interval, cron or rrule';

interface NoSchedule {
  readonly interval?: OneOnly | undefined;
  readonly intervalMode?: undefined;
  readonly cron?: OneOnly | undefined;
  readonly rrule?: OneOnly | undefined;
  readonly timezone?: undefined;
  readonly runAt?: OneOnly | undefined;
  readonly startAt?: WithSlotsOnly | undefined;
  readonly endAt?: WithSlotsOnly | undefined;
  readonly maxRuns?: undefined;
  readonly spread?: WithSlotsOnly | undefined;
  readonly onDemand?: undefined;
  readonly after?: undefined;
}

// For a job without a schedule, the compiler asks for a field of the last kind, by order and by name, and
// says the name of its type: so this name lists all kinds. Interfaces keep these errors short.
interface OnDemand extends ScheduledJobFields, Omit<NoSchedule, 'onDemand'> {
  readonly onDemand: true;
}
interface AfterJob extends ScheduledJobFields, Omit<NoSchedule, 'after' | 'endAt' | 'maxRuns'> {
  /** Each end of a run of another job starts a run. */
  readonly after: AfterInput;
  /** Later ends start no run. */
  readonly endAt?: TimeInput | undefined;
  /** The job is finished after this number of such runs. */
  readonly maxRuns?: number | undefined;
}
interface OnceAt extends ScheduledJobFields, Omit<NoSchedule, 'runAt'> {
  readonly runAt: TimeInput;
}
interface WithCron
  extends ScheduledJobFields,
    Omit<NoSchedule, 'cron' | 'timezone' | 'startAt' | 'endAt' | 'maxRuns' | 'spread'> {
  readonly cron: string;
  readonly timezone?: string | undefined;
  readonly startAt?: TimeInput | undefined;
  /** No slot is later. The job is finished after its last run. */
  readonly endAt?: TimeInput | undefined;
  /**
   * The job is finished after this number of runs of its slots. Runs by hand and skipped slots do not count.
   */
  readonly maxRuns?: number | undefined;
  /**
   * Each slot is due by a part of this duration later, fixed for the job's id: at most the interval, or 24h.
   */
  readonly spread?: string | undefined;
}
interface ByRrule
  extends ScheduledJobFields,
    Omit<NoSchedule, 'rrule' | 'timezone' | 'startAt' | 'endAt' | 'maxRuns' | 'spread'> {
  /** A recurrence rule of iCalendar (RFC 5545), such as `FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;BYHOUR=9`. */
  readonly rrule: string;
  readonly timezone?: string | undefined;
  /** No slot is earlier. Intervals count from it, and what the rule leaves out comes from it. */
  readonly startAt?: TimeInput | undefined;
  /** No slot is later. The job is finished after its last run. */
  readonly endAt?: TimeInput | undefined;
  /**
   * The job is finished after this number of runs of its slots. Runs by hand and skipped slots do not count.
   */
  readonly maxRuns?: number | undefined;
  /** Each slot is due by a part of this duration later, fixed for the job's id: at most 24h. */
  readonly spread?: string | undefined;
}
interface WithIntervalOrCronOrRruleOrRunAtOrOnDemandOrAfter
  extends ScheduledJobFields,
    Omit<NoSchedule, 'interval' | 'intervalMode' | 'startAt' | 'endAt' | 'maxRuns' | 'spread'> {
  readonly interval: string;
  readonly intervalMode?: 'fixed_rate' | 'fixed_delay' | undefined;
  readonly startAt?: TimeInput | undefined;
  /** No slot is later. The job is finished after its last run. */
  readonly endAt?: TimeInput | undefined;
  /**
   * The job is finished after this number of runs of its slots. Runs by hand and skipped slots do not count.
   */
  readonly maxRuns?: number | undefined;
  /**
   * Each slot is due by a part of this duration later, fixed for the job's id: at most the interval, or 24h.
   */
  readonly spread?: string | undefined;
}

/** A payload, which may be left out if every field of it may. */
type PayloadField<Input> =
  Record<never, never> extends Input ? { readonly payload?: Input } : { readonly payload: Input };

/**
 * A job of a given type: its schedule, its payload, and its policies. An on-demand job may have the payload
 * `null`: then each trigger brings one.
 */
export type ScheduledJobInput<Input = unknown> = ScheduledJobFields &
  (
    | (OnDemand & PayloadField<Input | null>)
    | (OnceAt & PayloadField<Input>)
    | (WithCron & PayloadField<Input>)
    | (ByRrule & PayloadField<Input>)
    | (AfterJob & PayloadField<Input>)
    | (WithIntervalOrCronOrRruleOrRunAtOrOnDemandOrAfter & PayloadField<Input>)
  );

/** For one run. `by` is for the audit log; `signal` as for every command. */
export interface EnqueueOptions extends InTransaction {
  readonly by?: string | undefined;
  /** As for every command. */
  readonly policy?: JobPolicy | undefined;
  readonly signal?: AbortFlag | undefined;
  /** How long the run waits before it is due: a Go duration, such as `1m`. Default: it is due at once. */
  readonly delay?: string | undefined;
  /** When the run is due, instead of `delay`. A time in the past means at once. */
  readonly at?: TimeInput | undefined;
  /** Idempotency key: within 24 h, a second call for the type with the same key returns the first run. */
  readonly key?: string | undefined;
  /**
   * With `operator`, the payload may differ from the type's defaults only in its `operatorsMaySet`. Default
   * `admin`.
   */
  readonly payloadBy?: 'operator' | 'admin' | undefined;
}

/** Who asks, for the audit log (`user:42`, `token:7`). By default, the code of the process itself. */
export interface CommandOptions {
  readonly by?: string | undefined;
  /** Limits on what this caller may make or change (P39, policies); `forbidden` beyond them. */
  readonly policy?: JobPolicy | undefined;
  /** The id must still stand for this generation of the job (P1, identity), in this version: the ETag. */
  readonly ifUid?: string | undefined;
  readonly ifVersion?: number | undefined;
  /**
   * A change that waits for its turn when this fires is not made: it rejects with a `StoreError` of code
   * `aborted`. A change already sent to the database continues. Has no effect with a `tx`.
   */
  readonly signal?: AbortFlag | undefined;
}

/** Options of `retryRun`. */
export interface RetryOptions extends CommandOptions {
  /** True: rejects with `conflict` if a later run of the same slot has succeeded. Default: false. */
  readonly unlessDone?: boolean | undefined;
}
