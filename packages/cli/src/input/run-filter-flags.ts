import type { RunsQuery } from '@greenvue/jobs/client';
import type { FlagParametersForType } from '@stricli/core';
import type { CliContext } from '../context.ts';
import { proposeJobs, proposeTypes, TAG_FLAG } from './arguments.ts';
import { textFlag } from './flags.ts';

const TIMES = ['queued', 'ran', 'ended'] as const;
const STATUSES = ['queued', 'running', 'succeeded', 'failed', 'cancelled', 'skipped'] as const;

type Reasons = Extract<RunsQuery['reason'], readonly unknown[]>;

/** The flags that say which runs a command is about. */
export interface RunFilterFlags {
  readonly job: string | undefined;
  readonly type: string | undefined;
  readonly status: readonly (typeof STATUSES)[number][] | undefined;
  readonly reason: readonly Reasons[number][] | undefined;
  readonly trigger: 'schedule' | 'manual' | 'backfill' | 'chain' | undefined;
  readonly node: string | undefined;
  readonly tag: readonly string[] | undefined;
  readonly error: string | undefined;
  readonly fingerprint: string | undefined;
  readonly backfill: string | undefined;
  readonly payload: readonly string[] | undefined;
  readonly time: (typeof TIMES)[number] | undefined;
  readonly from: string | undefined;
  readonly to: string | undefined;
}

export const RUN_FILTER_FLAGS: FlagParametersForType<RunFilterFlags, CliContext> = {
  job: { ...textFlag('Only runs of this job', 'id'), proposeCompletions: proposeJobs },
  type: { ...textFlag('Only runs of this job type', 'type'), proposeCompletions: proposeTypes },
  status: {
    kind: 'enum',
    values: STATUSES,
    variadic: ',',
    optional: true,
    brief: 'Only runs with this status; repeatable',
  },
  reason: {
    kind: 'enum',
    values: [
      'error',
      'timeout',
      'lost',
      'payload_invalid',
      'user',
      'deleted',
      'replaced',
      'overlap',
      'missed',
      'expired',
      'upstream',
      'blackout',
    ],
    variadic: ',',
    optional: true,
    brief: 'Only runs that failed, or were cancelled or skipped, for this reason; repeatable',
  },
  trigger: {
    kind: 'enum',
    values: ['schedule', 'manual', 'backfill', 'chain'],
    optional: true,
    brief: 'Only runs of slots, only runs by hand, or only runs of backfills',
  },
  node: textFlag('Only runs that this node runs, or ran last', 'id'),
  tag: TAG_FLAG,
  error: textFlag('Only runs with this text in an error; without --status only failed runs', 'text'),
  fingerprint: textFlag('Only failed runs of this group of `runs failures`', 'fingerprint'),
  backfill: textFlag('Only runs that this backfill made', 'id'),
  payload: {
    kind: 'parsed',
    parse: String,
    variadic: true,
    optional: true,
    placeholder: 'field:value',
    brief: 'Only runs with this value in their payload, such as customer_id:42; repeatable',
  },
  time: {
    kind: 'enum',
    values: TIMES,
    optional: true,
    brief: 'What --from and --to are about: when the run was queued (default), was running, or ended',
  },
  from: textFlag('Only runs queued at or after this time: 2026-01-31T09:00:00Z', 'time'),
  to: textFlag('Only runs queued before this time', 'time'),
};

/** The filters of a request for runs. */
export function runFilterQuery(flags: RunFilterFlags): RunsQuery {
  const { job, type, status, reason, trigger, node, tag, error, payload, time, from, to } = flags;
  return {
    job_id: job,
    type,
    status: listOf(status),
    reason: listOf(reason),
    trigger,
    node,
    tag: [...(tag ?? [])],
    error,
    fingerprint: flags.fingerprint,
    backfill_id: flags.backfill,
    payload: listOf(payload),
    time,
    from,
    to,
  };
}

/** An empty list is no filter. */
function listOf<T>(values: readonly T[] | undefined): T[] | undefined {
  return values === undefined || values.length === 0 ? undefined : [...values];
}
