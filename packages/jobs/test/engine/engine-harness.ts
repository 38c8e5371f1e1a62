import { z } from 'zod';
import {
  type Clock,
  createEngine,
  defineJobType,
  type Engine,
  type EngineOptions,
  type JobContext,
  type JobInput,
  type JobStore,
} from '../../src/index.ts';
import { createMemoryDatabase, createMemoryStore } from '../../src/stores/memory/index.ts';
import { createFakeClock, type FakeClock } from '../../src/testing/index.ts';
import { silentLogger } from '../silent-logger.ts';
import type { ThreadDeps } from './thread-types.ts';
import { createUnsteadyStore, type UnsteadyStore } from './unsteady-store.ts';

export const T0 = Date.UTC(2026, 0, 1);

/** What a test's handler does with each run; replaced at will. */
export interface Deps extends ThreadDeps {
  handler(ctx: JobContext<{ readonly n: number }>): unknown;
}

/** Runs inline whatever the test says. */
export const work = defineJobType({
  type: 'work',
  module: import.meta.url,
  payload: z.strictObject({ n: z.int().default(0) }),
  run: async (ctx, deps: Deps) => deps.handler(ctx),
});

/** Where the engines of a test keep their jobs. */
export interface EngineDatabase {
  /** One more store on it. */
  openStore(clock: Clock): JobStore;
  /** From now on, all that have opened a store on it count as killed. */
  killAll(): Promise<void>;
  dispose(): Promise<void>;
}

export type MakeDatabase = () => Promise<EngineDatabase>;

export interface Harness {
  readonly engine: Engine;
  readonly clock: FakeClock;
  readonly deps: Deps;
  /** What the engines' stores do. */
  readonly store: UnsteadyStore;
  /** Lets time pass, step by step: the engine does all that is to be done at one before the next one. */
  pass(ms: number, stepMs?: number): Promise<void>;
  /** Passes until an instant: quickly up to a second before it, and in such steps from there. */
  passUntil(at: number, stepMs?: number): Promise<void>;
  /** Another engine on the same database, as after a restart: those before it were killed. */
  again(options?: Partial<EngineOptions<Deps>>): Promise<Engine>;
  /** Another engine on the same database, beside those that there are. */
  beside(options?: Partial<EngineOptions<Deps>>): Promise<Engine>;
  /** A store on the same database. */
  openStore(): JobStore;
  close(): Promise<void>;
}

/** However busy the machine is that the tests run on: else claims would be held back. */
const ON_TIME = { enable: () => true, disable: () => true, reset: () => undefined, percentile: () => 0 };

/**
 * An engine on a real database and a fake clock; nothing happens but by `tick()`. `wrap` comes between it and
 * its store.
 */
export async function createHarness(
  options: Partial<EngineOptions<Deps>> = {},
  makeDatabase: MakeDatabase = memoryDatabase,
  wrap: (store: JobStore) => JobStore = (store) => store,
): Promise<Harness> {
  const database = await makeDatabase();
  const store = createUnsteadyStore();
  const clock = createFakeClock(T0);
  const deps: Deps = { handler: () => undefined, name: 'inline', uses: 0 };
  const engines: Engine[] = [];
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
      // Handlers that a test left behind end with the shutdown's signal or not at all: time must pass for the
      // wait to end.
      const passing = setInterval(() => clock.advance(5_000), 5);
      await Promise.allSettled(engines.map((each) => each.stop()));
      clearInterval(passing);
      await database.dispose();
    },
  };
}

/** For tests that need no database. */
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

/** Triggers the job, and lets the engine come to it. */
export async function runOnce(h: Harness, payload?: unknown): Promise<string> {
  const { view } = await h.engine.trigger('job', payload === undefined ? {} : { payload });
  await h.engine.tick();
  return view.run.id;
}

/** A handler that goes on until its signal fires, and then throws the reason. */
export const untilAborted = (ctx: JobContext<unknown>): Promise<never> =>
  new Promise((_, reject) => {
    ctx.signal.addEventListener('abort', () => reject(ctx.signal.reason), { once: true });
  });

/** Handlers that end when the test says so. */
export function untilTold(): {
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

/** For what does not go by the clock of the test. */
export const realTime = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms));
