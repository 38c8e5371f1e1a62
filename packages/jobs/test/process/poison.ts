import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { createEngine } from '../../src/engine/engine.ts';
import { defineJobType, type Engine, type JobStore } from '../../src/index.ts';
import { silentLogger } from '../silent-logger.ts';
import { createFastClock } from './fast-clock.ts';

const HARMLESS_RUNS = 9;

/** An engine without places: it makes the runs and reads their ends. */
export function createObserver(store: JobStore): Engine {
  const clock = createFastClock();
  const types = ['poison', 'harmless'].map((type) =>
    defineJobType({ type, module: import.meta.url, payload: z.strictObject({}), run: async () => undefined }),
  );
  return createEngine({ store, clock, jobTypes: types, deps: {}, concurrency: 0, logger: silentLogger });
}

/**
 * Triggers nine harmless runs and one that kills its process, to run at the same time. Returns the id of
 * the run that kills.
 */
export async function triggerAll(engine: Engine): Promise<string> {
  for (const type of ['poison', 'harmless'])
    await engine.createJob({ id: type, name: type, type, onDemand: true, overlap: 'allow' });
  let poison = '';
  for (let n = 0; n < HARMLESS_RUNS; n += 1) {
    await engine.trigger('harmless');
    if (n === 4) poison = (await engine.trigger('poison')).run.id;
  }
  return poison;
}

export interface Supervised {
  /** How often a process was killed. */
  readonly kills: number;
  stop(): Promise<void>;
}

/** A process with places that is restarted after each kill. */
export function supervise(database: string): Supervised {
  const script = fileURLToPath(new URL('./poison-child.ts', import.meta.url));
  let kills = 0;
  let isStopped = false;
  let child: ChildProcess;
  let ended: Promise<unknown>;
  const start = () => {
    child = spawn(process.execPath, [script, database], { stdio: ['ignore', 'ignore', 'inherit'] });
    ended = once(child, 'exit').then(() => {
      if (isStopped) return;
      kills += 1;
      start();
    });
  };
  start();
  return {
    get kills() {
      return kills;
    },
    async stop() {
      isStopped = true;
      child.kill('SIGKILL');
      await ended;
    },
  };
}
