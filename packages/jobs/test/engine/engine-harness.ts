import { z } from 'zod';
import { createEngine, type UntypedJobs } from '../../src/engine/engine.ts';
import type { EngineOptions } from '../../src/engine/options.ts';
import { type Clock, defineJobType, type JobContext, type JobInput, type JobStore } from '../../src/index.ts';
import { createMemoryDatabase, createMemoryStore } from '../../src/stores/memory/index.ts';
import { createFakeClock, type FakeClock } from '../../src/testing/index.ts';
import { silentLogger } from '../silent-logger.ts';
import type { ThreadDeps } from './thread-types.ts';
import { createUnsteadyStore, type UnsteadyStore } from './unsteady-store.ts';

export const T0 = Date.UTC(2026, 0, 1);

/** `work` does this with each run; tests may replace it. */
export interface Deps extends ThreadDeps {
  handler(ctx: JobContext<{ readonly n: number }>): unknown;
}

/** This type runs inline in every test. */
export const work = defineJobType({
  type: 'work',
  module: import.meta.url,
  payload: z.strictObject({ n: z.int().default(0) }),
  run: async (ctx, deps: Deps) => deps.handler(ctx),
});

/** The database of a test's engines. */
export interface EngineDatabase {
  /** Opens one more store on the database. */
  openStore(clock: Clock): JobStore;
  /** All processes that have opened a store on it count as killed. */
  killAll(): Promise<void>;
  dispose(): Promise<void>;
}

export type MakeDatabase = () => Promise<EngineDatabase>;

export interface Harness {
  readonly engine: UntypedJobs;
  readonly clock: FakeClock;
  readonly deps: Deps;
  /** Controls the calls of the engines' stores. */
  readonly store: UnsteadyStore;
  /** Advances the clock in steps. The engine finishes its work at each step. */
  pass(ms: number, stepMs?: number): Promise<void>;
  /** Advances the clock to an instant: quickly until one second before it, then in steps of `stepMs`. */
  passUntil(at: number, stepMs?: number): Promise<void>;
  /** Starts another engine on the database, as after a restart: the earlier engines count as killed. */
  again(options?: Partial<EngineOptions<Deps>>): Promise<UntypedJobs>;
  /** Starts another engine on the database, beside the running ones. */
  beside(options?: Partial<EngineOptions<Deps>>): Promise<UntypedJobs>;
  /** Opens a store on the database. */
  openStore(): JobStore;
  close(): Promise<void>;
}

/** An event loop that is never late; otherwise a busy test machine would hold back claims. */
const ON_TIME = { enable: () => true, disable: () => true, reset: () => undefined, percentile: () => 0 };

/** An engine on a real database and a fake clock; it acts only on `tick()`. `wrap` may replace its store. */
export async function createHarness(
  options: Partial<EngineOptions<Deps>> = {},
  makeDatabase: MakeDatabase = memoryDatabase,
  wrap: (store: JobStore) => JobStore = (store) => store,
): Promise<Harness> {
  const database = await makeDatabase();
  const store = createUnsteadyStore();
  const clock = createFakeClock(T0);
  const deps: Deps = { handler: () => undefined, name: 'inline', uses: 0 };
  const engines: UntypedJobs[] = [];
  const beside = async (more: Partial<EngineOptions<Deps>> = {}) => {
    const engine = createEngine<Deps>({
      store: store.wrap(wrap(database.openStore(clock))),
      jobTypes: [work],
      deps,
      clock,
      random: () => 0.5,
      loopDelay: ON_TIME,
      autoRun: false,
      logger: silentLogger,
      ...options,
      ...more,
    });
    engines.push(engine);
    await engine.start();
    return engine;
  };
  const pass = async (ms: number, stepMs = 20) => {
    for (let left = ms; left > 0; left -= stepMs) {
      clock.advance(Math.min(stepMs, left));
      await store.quiet();
    }
  };
  return {
    engine: await beside(),
    clock,
    deps,
    store,
    pass,
    async passUntil(at, stepMs) {
      await pass(at - 1_000 - clock.now(), 1_000);
      await pass(at - clock.now(), stepMs);
    },
    async again(more) {
      await database.killAll();
      return beside(more);
    },
    beside,
    openStore: () => database.openStore(clock),
    async close() {
      store.restore();
      // Handlers of a finished test may ignore the signal of the shutdown: the clock must advance to end the
      // wait.
      const passing = setInterval(() => clock.advance(5_000), 5);
      await Promise.allSettled(engines.map((each) => each.stop()));
      clearInterval(passing);
      await database.dispose();
    },
  };
}

export const memoryDatabase: MakeDatabase = async () => {
  const database = createMemoryDatabase();
  return {
    openStore: (clock) => createMemoryStore({ clock, database }),
    killAll: async () => undefined,
    dispose: async () => undefined,
  };
};

export const job = (extra: Partial<JobInput> = {}): JobInput => ({
  id: 'job',
  name: 'Job',
  type: 'work',
  onDemand: true,
  ...extra,
});

/** Triggers the job and ticks until the run has ended. */
export async function runOnce(h: Harness, payload?: unknown): Promise<string> {
  const { run } = await h.engine.trigger('job', payload === undefined ? {} : { payload });
  await h.engine.tick();
  return run.id;
}

/** A handler that waits for its signal and then throws the signal's reason. */
export const untilAborted = (ctx: JobContext<unknown>): Promise<never> =>
  new Promise((_, reject) => {
    ctx.signal.addEventListener('abort', () => reject(ctx.signal.reason), { once: true });
  });

/** Handlers that end when the test calls `end`. */
export function manualHandlers(): {
  readonly handler: Deps['handler'];
  readonly started: string[];
  end(n?: number): void;
} {
  const started: string[] = [];
  const ends: (() => void)[] = [];
  return {
    started,
    handler: (ctx: JobContext<unknown>) =>
      new Promise((resolve) => {
        started.push(ctx.run.id);
        ends.push(() => resolve(undefined));
      }),
    end: (n = 0) => ends[n]?.(),
  };
}

/** Waits in real time, for work that does not use the fake clock. */
export const realTime = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms));
