import { z } from 'zod';
import { createEngine } from '../../src/engine/engine.ts';
import { defineJobType, type Engine, type EngineLogger } from '../../src/index.ts';
import { createPostgresStore } from '../../src/stores/postgres/store.ts';
import { createSystemClock } from '../../src/system-clock.ts';
import { silentLogger } from '../silent-logger.ts';

/** A job type whose runs continue until their signal. `node-child.ts` has a handler of its own. */
export const HOLD = {
  type: 'hold',
  module: import.meta.url,
  payload: z.strictObject({ blockMs: z.int().default(0), ignores: z.boolean().default(false) }),
} as const;

const hold = defineJobType({
  ...HOLD,
  run: ({ signal }, deps: { readonly stopped: number[] }) =>
    new Promise<void>((_, reject) => {
      signal.addEventListener('abort', () => {
        deps.stopped.push(performance.now());
        reject(signal.reason);
      });
    }),
});

export interface HoldNode {
  readonly engine: Engine;
  /** When the signals of its handlers fired (monotonic ms). */
  readonly stopped: readonly number[];
}

/** Starts a node in this process. Without places it makes jobs and runs for other nodes. */
export async function startHoldNode(
  url: string,
  { places = 0, logger = silentLogger }: { readonly places?: number; readonly logger?: EngineLogger } = {},
): Promise<HoldNode> {
  const clock = createSystemClock();
  const stopped: number[] = [];
  const engine = createEngine({
    store: createPostgresStore({ url, clock }),
    clock,
    jobTypes: [hold],
    deps: { stopped },
    concurrency: places,
    shutdownTimeoutMs: 500,
    logger,
  });
  await engine.start();
  return { engine, stopped };
}
