import type { JobType } from '../core/job-types/job-type.ts';
import type { Job } from '../core/model/job.ts';
import type { AttemptError, Progress, Run, RunReason, RunStatus, RunTrigger } from '../core/model/run.ts';
import { attemptOf, isLiveRun } from '../core/model/run.ts';
import type { LogLine } from '../core/store/store-passes.ts';
import type { MemoryDatabase } from '../stores/memory/index.ts';

/** A run as tests look at it: times are dates, and JSON is parsed. */
export interface TestRun<Result = unknown> {
  readonly id: string;
  readonly jobId: string;
  readonly type: string;
  readonly status: RunStatus;
  /** Why it was skipped, failed or was cancelled. */
  readonly reason: RunReason | undefined;
  readonly trigger: RunTrigger;
  readonly scheduledFor: Date | undefined;
  readonly queuedAt: Date;
  /** Of the last attempt. */
  readonly startedAt: Date | undefined;
  readonly finishedAt: Date | undefined;
  readonly attempt: number;
  /** Whether it makes up for missed slots, and for how many. */
  readonly catchUp: boolean;
  readonly missed: number;
  /** Its own payload, or that of its job. */
  readonly payload: unknown;
  readonly result: Result | undefined;
  /** Of the last attempt that failed, also when a later one succeeded. */
  readonly error: AttemptError | undefined;
  /** Of each failed attempt, in order. */
  readonly errors: readonly AttemptError[];
  readonly progress: Progress | undefined;
  readonly logs: readonly TestLogLine[];
}

export interface TestLogLine extends Pick<LogLine, 'level' | 'message'> {
  readonly at: Date;
  readonly fields: unknown;
}

/** All runs so far in the order of their creation, skipped ones included; those of a job or type if given. */
export function runsOf<Result>(
  database: MemoryDatabase,
  of: string | JobType | undefined,
): readonly TestRun<Result>[] {
  const live = [...database.live.values()].map(({ run }) => run);
  return [...database.runs.values(), ...live]
    .filter(({ jobUid }) => isOf(database.requireJob(jobUid).job, of))
    .sort((a, b) => Number(a.id) - Number(b.id))
    .map((run) => testRunOf<Result>(database, run));
}

function isOf(job: Job, of: string | JobType | undefined): boolean {
  if (of === undefined) return true;
  return typeof of === 'string' ? job.id === of : job.type === of.type;
}

function testRunOf<Result>(database: MemoryDatabase, run: Run): TestRun<Result> {
  const { job } = database.requireJob(run.jobUid);
  const { id, status, trigger, catchUp, missed, errors, progress } = run;
  const finished = isLiveRun(run) ? undefined : run;
  return {
    id,
    jobId: job.id,
    type: job.type,
    status,
    reason: finished?.reason,
    trigger,
    scheduledFor: dateOf(run.scheduledFor),
    queuedAt: new Date(run.queuedAt),
    startedAt: dateOf(run.startedAt),
    finishedAt: dateOf(finished?.finishedAt),
    attempt: isLiveRun(run) ? attemptOf(run) : run.attempt,
    catchUp,
    missed,
    payload: JSON.parse(run.payload ?? job.payload),
    // The job type says what its handler returns.
    result: parsed(finished?.result) as Result | undefined,
    error: errors.at(-1),
    errors,
    progress,
    logs: (database.logs.get(Number(id)) ?? []).map(logLineOf),
  };
}

function logLineOf({ at, level, message, fields }: LogLine): TestLogLine {
  return { at: new Date(at), level, message, fields: parsed(fields) };
}

function parsed(json: string | undefined): unknown {
  return json === undefined ? undefined : JSON.parse(json);
}

function dateOf(ms: number | undefined): Date | undefined {
  return ms === undefined ? undefined : new Date(ms);
}
