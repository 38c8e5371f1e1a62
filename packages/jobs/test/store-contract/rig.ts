import { afterEach, beforeEach } from 'vitest';
import type { Job, JobDefinition } from '../../src/core/model/job.ts';
import type { JobCommand } from '../../src/core/model/job-command.ts';
import { DEFAULT_BACKOFF } from '../../src/core/model/retry.ts';
import type { FinishedRun, LiveRun, Run } from '../../src/core/model/run.ts';
import type { Outcome } from '../../src/core/rules/settle.ts';
import type { Schedule } from '../../src/core/schedule/schedule.ts';
import type { JobStore } from '../../src/core/store/store.ts';
import type { CommandInput, CommandResult } from '../../src/core/store/store-commands.ts';
import type {
  ClaimedRun,
  ClaimResult,
  PlanResult,
  SettleBatchResult,
  SettleInput,
  SettleResult,
} from '../../src/core/store/store-passes.ts';
import type { JobView, RunQuery } from '../../src/core/store/store-views.ts';
import type { FakeClock } from '../../src/testing/fake-clock.ts';

/** An empty database, for stores with a fake clock. */
export interface StoreUnderTest {
  readonly clock: FakeClock;
  /**
   * The most live runs of a job (P7, overlap): 100,000, or fewer where a test has no time to make them.
   */
  readonly maxLiveRuns: number;
  readonly maxRunsPutOff: number;
  /** Creates one more store on it, not open yet. */
  createStore(): JobStore;
  /** Takes back a test's open store. The next test may get it, on an empty database. */
  takeBack?(store: JobStore): Promise<void>;
  /** Closes all stores and removes the database, except a store that was taken back. */
  dispose(): Promise<void>;
}

export type MakeStore = (startMs: number) => Promise<StoreUnderTest>;

export const T0 = Date.UTC(2026, 0, 5, 12);
export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export const TYPES = { noop: 1 };

export function every(
  everyMs: number,
  more: Partial<Extract<Schedule, { kind: 'interval' }>> = {},
): Schedule {
  return { kind: 'interval', interval: `${everyMs}ms`, everyMs, mode: 'fixed_rate', ...more };
}

export const ON_DEMAND: Schedule = { kind: 'on_demand' };

export function definitionOf(id: string, more: Partial<JobDefinition> = {}): JobDefinition {
  return {
    id,
    name: `Job ${id}`,
    description: '',
    type: 'noop',
    typeVersion: 1,
    schedule: every(MINUTE),
    payload: '{}',
    overlap: 'skip',
    catchUp: 'once',
    timeoutMs: 30 * MINUTE,
    maxAttempts: 3,
    backoff: { ...DEFAULT_BACKOFF, jitter: 0 },
    ...more,
  };
}

/** The calls of a store that tests need. */
export interface Rig {
  readonly store: JobStore;
  readonly clock: FakeClock;
  readonly maxLiveRuns: number;
  readonly maxRunsPutOff: number;
  /** Closes the store and opens another on the same database, as a restart does. */
  reopen(): Promise<void>;
  create(id: string, more?: Partial<JobDefinition>): Promise<Job>;
  command(jobId: string, command: JobCommand, more?: Partial<CommandInput>): Promise<CommandResult>;
  /** Runs a command that must succeed. */
  done(jobId: string, command: JobCommand, more?: Partial<CommandInput>): Promise<Done>;
  trigger(jobId: string): Promise<LiveRun>;
  edit(jobId: string, more: Partial<JobDefinition>): Promise<Done>;
  plan(limit?: number): Promise<PlanResult>;
  claim(places?: number, prefetch?: number, node?: string): Promise<ClaimResult>;
  /** Claims exactly one run. */
  claimOne(node?: string): Promise<ClaimedRun>;
  settle(run: ClaimedRun, outcome: Outcome, more?: Partial<SettleInput>): Promise<SettleResult>;
  settleAll(runs: readonly ClaimedRun[], outcome?: Outcome): Promise<SettleBatchResult>;
  view(jobId: string): Promise<JobView>;
  job(jobId: string): Promise<Job>;
  run(runId: string): Promise<Run>;
  live(runId: string): Promise<LiveRun>;
  finished(runId: string): Promise<FinishedRun>;
  runs(query?: Partial<RunQuery>): Promise<readonly Run[]>;
}

export type Done = Extract<CommandResult, { kind: 'done' }>;

export const SUCCEEDED: Outcome = { kind: 'succeeded' };

export function failed(message = 'no luck', permanent = false): Outcome {
  return {
    kind: 'failed',
    permanent,
    error: { attempt: 1, at: T0, reason: 'error', name: 'Error', message },
  };
}

export function settlement(run: ClaimedRun, outcome: Outcome, now: number): SettleInput {
  const { id: runId, fence } = run;
  return { runId, fence, outcome, random: 0.5, startedAt: now, finishedAt: now, jobVersion: 1 };
}

/** A rig with a fresh store for each test of the current `describe`. */
export function useStore(makeStore: MakeStore): Rig {
  let made: StoreUnderTest | undefined;
  let store: JobStore | undefined;
  const open = async () => {
    store = required(made).createStore();
    await store.open();
  };
  beforeEach(async () => {
    made = await makeStore(T0);
    await open();
  });
  afterEach(async () => {
    if (store !== undefined) await (made?.takeBack ?? close)(store);
    await made?.dispose();
    store = undefined;
    made = undefined;
  });
  return rigOver(
    () => required(store),
    () => required(made),
    async () => {
      await required(store).close();
      await open();
    },
  );
}

const close = (store: JobStore): Promise<void> => store.close();

function rigOver(store: () => JobStore, made: () => StoreUnderTest, reopen: () => Promise<void>): Rig {
  const now = () => made().clock.now();
  const command = (jobId: string, what: JobCommand, more: Partial<CommandInput> = {}) =>
    store().command({ jobId, command: what, ...more });
  const done = async (jobId: string, what: JobCommand, more: Partial<CommandInput> = {}) => {
    const result = await command(jobId, what, more);
    if (result.kind !== 'done') throw new Error(`${what.kind} returned ${JSON.stringify(result)}`);
    return result;
  };
  const claim = (places = 100, prefetch = 0, node = 'node-1') =>
    store().claim({ node, types: TYPES, places, prefetch });
  const settle = async (run: ClaimedRun, outcome: Outcome, more: Partial<SettleInput> = {}) => {
    const { results } = await store().settle([{ ...settlement(run, outcome, now()), ...more }]);
    return required(results[0]);
  };
  const view = async (jobId: string) => required(await store().getJob(jobId, TYPES), `job ${jobId}`);
  const run = async (runId: string) => required(await store().getRun(runId), `run ${runId}`).run;
  return {
    get store() {
      return store();
    },
    get clock() {
      return made().clock;
    },
    get maxLiveRuns() {
      return made().maxLiveRuns;
    },
    get maxRunsPutOff() {
      return made().maxRunsPutOff;
    },
    reopen,
    async create(id, more) {
      const outcome = await store().insertJob({ definition: definitionOf(id, more) });
      if (outcome.kind !== 'created') throw new Error(`creating ${id} returned ${JSON.stringify(outcome)}`);
      return outcome.job;
    },
    command,
    done,
    trigger: async (jobId) => required((await done(jobId, { kind: 'trigger' })).queued.at(-1)),
    edit: async (jobId, more) => {
      const { job } = await view(jobId);
      return done(jobId, { kind: 'edit', definition: { ...definitionPart(job), ...more } });
    },
    plan: (limit = 1_000) => store().plan({ types: TYPES, limit }),
    claim,
    async claimOne(node) {
      const first = await claim(100, 0, node);
      // A claim may report due runs that only the next claim takes.
      const isMore = first.nextDueAt !== undefined && first.nextDueAt <= now();
      const { runs } = first.runs.length === 0 && isMore ? await claim(100, 0, node) : first;
      if (runs.length !== 1) throw new Error(`exactly one run must be claimed, not ${runs.length}`);
      return required(runs[0]);
    },
    settle,
    settleAll: (runs, outcome = SUCCEEDED) =>
      store().settle(runs.map((one) => settlement(one, outcome, now()))),
    view,
    job: async (jobId) => (await view(jobId)).job,
    run,
    live: async (runId) => {
      const found = await run(runId);
      if (!('held' in found)) throw new Error(`run ${runId} is finished: ${found.status}`);
      return found;
    },
    finished: async (runId) => {
      const found = await run(runId);
      if ('held' in found) throw new Error(`run ${runId} is ${found.status}`);
      return found;
    },
    runs: async (query = {}) => (await store().listRuns({ limit: 200, ...query })).rows.map((row) => row.run),
  };
}

/** The definition in a job, as a caller sends it back. */
export function definitionPart(job: Job): JobDefinition {
  const { id, name, description, type, typeVersion, schedule, payload } = job;
  const { overlap, catchUp, timeoutMs, maxAttempts, backoff } = job;
  const { expireAfterMs, priority, maxRunning, onlyIf, tags, pauseAfter, expect, alerts, pingUrl } = job;
  return {
    id,
    name,
    description,
    type,
    typeVersion,
    schedule,
    payload,
    overlap,
    catchUp,
    timeoutMs,
    maxAttempts,
    backoff,
    ...(expireAfterMs === undefined ? {} : { expireAfterMs }),
    ...(priority === undefined ? {} : { priority }),
    ...(maxRunning === undefined ? {} : { maxRunning }),
    ...(onlyIf === undefined ? {} : { onlyIf }),
    ...(tags === undefined ? {} : { tags }),
    ...(pauseAfter === undefined ? {} : { pauseAfter }),
    ...(expect === undefined ? {} : { expect }),
    ...(alerts === undefined ? {} : { alerts }),
    ...(pingUrl === undefined ? {} : { pingUrl }),
  };
}

export function required<T>(value: T | undefined, what = 'a value'): T {
  if (value === undefined) throw new Error(`${what} is missing`);
  return value;
}
