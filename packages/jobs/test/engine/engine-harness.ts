import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import {
  createEngine,
  defineJobType,
  type Engine,
  type EngineOptions,
  type JobContext,
  type JobInput,
  type JobStore,
} from '../../src/index.ts';
import { createSqliteStore } from '../../src/stores/sqlite/index.ts';
import { createFakeClock, type FakeClock } from '../../src/testing/index.ts';
import type { ThreadDeps } from './thread-types.ts';

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

export interface Harness {
  readonly engine: Engine;
  readonly clock: FakeClock;
  readonly deps: Deps;
  readonly file: string;
  /** Another engine on the same database, as after a restart. */
  again(options?: Partial<EngineOptions<Deps>>): Promise<Engine>;
  close(): Promise<void>;
}

/** An engine on a real SQLite file and a fake clock; nothing happens but by `tick()`. `wrap` comes between it and its store. */
export async function createHarness(
  options: Partial<EngineOptions<Deps>> = {},
  wrap: (store: JobStore) => JobStore = (store) => store,
): Promise<Harness> {
  const folder = mkdtempSync(join(tmpdir(), 'greenvue-engine-'));
  const file = join(folder, 'jobs.db');
  const clock = createFakeClock(T0);
  const deps: Deps = { handler: () => undefined, name: 'inline', uses: 0 };
  const engines: Engine[] = [];
  const again = async (more: Partial<EngineOptions<Deps>> = {}) => {
    const engine = createEngine<Deps>({
      store: wrap(createSqliteStore({ file, clock })),
      jobTypes: [work],
      deps,
      clock,
      random: () => 0.5,
      autoRun: false,
      ...options,
      ...more,
    });
    engines.push(engine);
    await engine.start();
    return engine;
  };
  const engine = await again();
  return {
    engine,
    clock,
    deps,
    file,
    again,
    async close() {
      // Handlers that a test left behind end with the shutdown's signal or not at all: time must pass for the wait to end.
      const passing = setInterval(() => clock.advance(5_000), 5);
      await Promise.allSettled(engines.map((each) => each.stop()));
      clearInterval(passing);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export const job = (extra: Partial<JobInput> = {}): JobInput => ({
  id: 'job',
  name: 'Job',
  type: 'work',
  onDemand: true,
  ...extra,
});
