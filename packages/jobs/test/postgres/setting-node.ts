import type { TestContext } from 'vitest';
import { z } from 'zod';
import { isLiveRun } from '../../src/core/model/run.ts';
import { createEngine } from '../../src/engine/engine.ts';
import { defineJobType, type Engine, type FinishedRun } from '../../src/index.ts';
import { createPostgresStore } from '../../src/stores/postgres/store.ts';
import { createSystemClock } from '../../src/system-clock.ts';
import { nothing } from './test-nodes.ts';

interface Deps {
  readonly failed: Set<string>;
  readonly running: { now: number; most: number };
}

const work = defineJobType({
  type: 'work',
  module: import.meta.url,
  payload: z.strictObject({ text: z.string().default('') }),
  maxAttempts: 1,
  async run({ payload: { text }, signal }, { failed }: Deps) {
    if (text === 'fail once' && !failed.has(text)) {
      failed.add(text);
      throw new Error('Not yet.');
    }
    if (text === 'hold')
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    return { text, sum: 0.1 + 0.2 };
  },
});

const oneAtATime = defineJobType({
  type: 'one_at_a_time',
  module: import.meta.url,
  payload: z.strictObject({}),
  limits: { running: 1 },
  async run(_, { running }: Deps) {
    running.now += 1;
    running.most = Math.max(running.most, running.now);
    await new Promise((resolve) => setTimeout(resolve, 20));
    running.now -= 1;
  },
});

/** One run of the test fails. */
const EXPECTED = 'a run failed';

export interface SettingNode {
  readonly engine: Engine;
  /** The warnings and errors that it logged, except for failed runs. */
  readonly errors: readonly string[];
  mostAtATime(): number;
  /** Waits for the end of a run. */
  end(runId: string): Promise<FinishedRun>;
  /** Calls the methods that read. */
  readAll(): Promise<void>;
}

/** Starts a node whose connections have the settings of the URL's role. Stopped with the test. */
export async function startSettingNode(
  { expect, onTestFinished }: Pick<TestContext, 'expect' | 'onTestFinished'>,
  url: string,
): Promise<SettingNode> {
  const clock = createSystemClock();
  const errors: string[] = [];
  const note = (_: object, message: string) => {
    if (message !== EXPECTED) errors.push(message);
  };
  const running = { now: 0, most: 0 };
  const engine = createEngine<Deps>({
    store: createPostgresStore({ url, clock }),
    jobTypes: [work, oneAtATime],
    deps: { failed: new Set(), running },
    clock,
    shutdownTimeoutMs: 2_000,
    logger: { debug: nothing, info: nothing, warn: note, error: note },
  });
  onTestFinished(() => engine.stop());
  await engine.start();
  return {
    engine,
    errors,
    mostAtATime: () => running.most,
    async end(runId) {
      const read = async () => (await engine.getRun(runId)).run;
      await expect.poll(async () => isLiveRun(await read())).toBe(false);
      const run = await read();
      if (isLiveRun(run)) throw new Error('A finished run does not start again.');
      return run;
    },
    async readAll() {
      await engine.listJobs({ q: 'null', sort: 'name' });
      await engine.listRuns({ status: ['failed', 'cancelled'], error: 'yet' });
      await engine.listFailures();
      await engine.stats();
      await engine.history();
      await engine.forecast();
      await engine.runTimeline();
      await engine.limitWaits();
      await engine.listAudit();
      await engine.listTags();
      await engine.check();
    },
  };
}
