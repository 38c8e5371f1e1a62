import type { TimeInput } from '../schedule/time-input.ts';
import type { Transaction } from '../store/store.ts';
import type { AbortFlag } from './errors.ts';
import type { CatchUp, Overlap } from './job.ts';
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
  readonly dedupeKey?: string | undefined;
}

interface NoSchedule {
  readonly interval?: undefined;
  readonly intervalMode?: undefined;
  readonly cron?: undefined;
  readonly timezone?: undefined;
  readonly runAt?: undefined;
  readonly startAt?: undefined;
  readonly onDemand?: undefined;
}
type ScheduleKind<Fields> = Fields & Omit<NoSchedule, keyof Fields>;

/** A schedule with slots: exactly one kind. Durations are Go's, such as `1h30m`. */
type Slots =
  | ScheduleKind<{
      readonly interval: string;
      readonly intervalMode?: 'fixed_rate' | 'fixed_delay' | undefined;
      readonly startAt?: TimeInput | undefined;
    }>
  | ScheduleKind<{
      readonly cron: string;
      readonly timezone?: string | undefined;
      readonly startAt?: TimeInput | undefined;
    }>
  | ScheduleKind<{ readonly runAt: TimeInput }>;

/** A payload, which may be left out if every field of it may. */
type PayloadField<Input> =
  Record<never, never> extends Input ? { readonly payload?: Input } : { readonly payload: Input };

/**
 * A job of a given type: its schedule, its payload, and its policies. An on-demand job may have the payload
 * `null`: then each trigger brings one.
 */
export type ScheduledJobInput<Input = unknown> = {
  readonly id: string;
  readonly description?: string | undefined;
  readonly overlap?: Overlap | undefined;
  readonly catchUp?: CatchUp | undefined;
  /** Omitted, like the two below: the type's default. */
  readonly timeout?: string | undefined;
  readonly maxAttempts?: number | undefined;
  readonly backoff?: BackoffOptions | undefined;
  /** For people. Default: the id. */
  readonly name?: string | undefined;
} & (
  | (Slots & PayloadField<Input>)
  | (ScheduleKind<{ readonly onDemand: true }> & PayloadField<Input | null>)
);

/** For one run. `by` is for the audit log; `signal` as for every command. */
export interface EnqueueOptions extends InTransaction {
  readonly by?: string | undefined;
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
