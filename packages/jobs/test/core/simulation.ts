import { expect } from 'vitest';
import { commandJob, createJob } from '../../src/core/commands/commands.ts';
import { type Job, type JobDefinition, type LiveRuns, liveCount } from '../../src/core/model/job.ts';
import type { JobCommand } from '../../src/core/model/job-command.ts';
import { DEFAULT_BACKOFF } from '../../src/core/model/retry.ts';
import type { FinishedStatus, Held, RunTrigger } from '../../src/core/model/run.ts';
import type { Decision } from '../../src/core/rules/decision.ts';
import { afterSettlements, dependsOnLive } from '../../src/core/rules/ended-runs.ts';
import { planJob } from '../../src/core/rules/slots.ts';
import type { Schedule } from '../../src/core/schedule/schedule.ts';

export interface Row {
  readonly slot: number | undefined;
  readonly from: number | undefined;
  readonly missed: number;
  readonly trigger: RunTrigger;
  readonly madeAt: number;
  state: 'waiting' | 'running' | FinishedStatus;
  reason: string | undefined;
  held: Held;
  availableAt: number;
}

export const every = (ms: number, extra: object = {}): Schedule => ({
  kind: 'interval',
  interval: `${ms}ms`,
  everyMs: ms,
  mode: 'fixed_rate',
  ...extra,
});

export function definition(schedule: Schedule, extra: Partial<JobDefinition> = {}): JobDefinition {
  return {
    id: 'job',
    name: 'Job',
    description: '',
    type: 'noop',
    typeVersion: 1,
    schedule,
    payload: '{}',
    overlap: 'skip',
    catchUp: 'once',
    timeoutMs: 60_000,
    maxAttempts: 3,
    backoff: DEFAULT_BACKOFF,
    ...extra,
  };
}

/** One job and its runs in arrays: the simplest store. For tests of the rules. */
export class Simulation {
  job: Job;
  now: number;
  readonly rows: Row[] = [];

  constructor(made: JobDefinition, now: number, windows?: string) {
    const outcome = createJob(made, { uid: '1', now, windows });
    if (!outcome.ok) throw new Error(outcome.detail);
    this.now = now;
    this.job = outcome.decision.job;
  }

  live(): LiveRuns {
    const live = this.rows.filter((row) => row.state === 'waiting' || row.state === 'running');
    const own = live.filter((row) => row.held === 'run_at');
    const later = own.filter((row) => row.availableAt > this.now).map((row) => row.availableAt);
    const count = (held: Held) => live.filter((row) => row.held === held).length;
    const held = live.filter((row) => row.held === 'overlap');
    const retries = held.filter((row) => row.availableAt > this.now).map((row) => row.availableAt);
    return {
      active: count('no'),
      waiting: count('overlap'),
      paused: count('pause'),
      claimed: live.filter((row) => row.state === 'running').length,
      dueOwnRuns: own.length - later.length,
      ...(later.length === 0 ? {} : { nextOwnRunAt: Math.min(...later) }),
      ...(this.job.maxRunning === undefined ? {} : { dueWaiting: held.length - retries.length }),
      ...(retries.length === 0 ? {} : { nextWaitingAt: Math.min(...retries) }),
    };
  }

  plan(): Decision {
    const decision = planJob(this.job, this.live(), this.now);
    this.apply(decision);
    return decision;
  }

  command(command: JobCommand): ReturnType<typeof commandJob> {
    const outcome = commandJob(this.job, this.live(), command, this.now);
    if (outcome.ok && outcome.changed) this.apply(outcome.decision);
    return outcome;
  }

  /** Claims due runs, at most `limit`. */
  claim(limit = Number.POSITIVE_INFINITY): Row[] {
    const due = this.rows.filter(
      (row) => row.state === 'waiting' && row.held === 'no' && row.availableAt <= this.now,
    );
    const claimed = due.slice(0, limit);
    for (const row of claimed) row.state = 'running';
    return claimed;
  }

  settle(row: Row, status: FinishedStatus = 'succeeded'): void {
    row.state = status;
    row.held = 'no';
    const ended = [{ status, startedAt: this.now }];
    const decision = afterSettlements(this.job, this.live(), ended, this.now);
    if (!dependsOnLive(this.job))
      expect(afterSettlements(this.job, undefined, ended, this.now)).toEqual(decision);
    this.apply(decision);
  }

  running(): Row[] {
    return this.rows.filter((row) => row.state === 'running');
  }

  isLive(): boolean {
    return liveCount(this.live()) > 0;
  }

  private apply({ job, dueIfAfter, moves, skip, queue, cancelLive }: Decision): void {
    if (dueIfAfter !== undefined) {
      for (const row of this.rows)
        if (row.state === 'waiting' && row.held !== 'run_at' && row.availableAt > dueIfAfter)
          row.availableAt = this.now;
    }
    for (const { from, to, limit, dueBy, asked } of moves) {
      const fits = this.rows
        .filter((row) => row.state === 'waiting' && from.includes(row.held))
        .filter((row) => dueBy === undefined || row.availableAt <= dueBy)
        .filter((row) => {
          if (asked === undefined) return true;
          const since =
            row.trigger === 'manual' && row.madeAt >= ('since' in asked ? asked.since : asked.before);
          return 'since' in asked ? since : !since;
        })
        .sort((a, b) => a.availableAt - b.availableAt);
      for (const row of fits.slice(0, limit ?? fits.length)) row.held = to;
    }
    for (const row of skip) {
      this.rows.push({
        slot: row.scheduledFor,
        from: row.missedFrom,
        missed: row.missed,
        trigger: 'schedule',
        madeAt: this.now,
        state: 'skipped',
        reason: row.reason,
        held: 'no',
        availableAt: this.now,
      });
    }
    for (const run of queue) {
      this.rows.push({
        slot: run.scheduledFor,
        from: run.missedFrom,
        missed: run.missed,
        trigger: run.trigger,
        madeAt: this.now,
        state: 'waiting',
        reason: undefined,
        held: run.held,
        availableAt: run.availableAt,
      });
    }
    if (cancelLive !== undefined) {
      for (const row of this.rows) if (row.state === 'waiting') row.state = 'cancelled';
    }
    this.job = job;
  }
}

/** How many rows cover a slot; it must be one (P6, catch-up). */
export function covering(rows: readonly Row[], slot: number): number {
  return rows.filter(
    (row) =>
      row.slot === slot ||
      (row.slot !== undefined && row.from !== undefined && row.from <= slot && slot <= row.slot),
  ).length;
}
