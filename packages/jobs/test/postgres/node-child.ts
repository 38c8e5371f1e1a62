import { createEngine } from '../../src/engine/engine.ts';
import { defineJobType } from '../../src/index.ts';
import { createPostgresStore } from '../../src/stores/postgres/store.ts';
import { createSystemClock } from '../../src/system-clock.ts';
import { silentLogger } from '../silent-logger.ts';
import { HOLD } from './hold-job.ts';

/**
 * A node in its own process. Prints `ready`, `started <run>`, `stopped <run> <reason>` and `left`. Arguments:
 * the database, places, the longest stall of its event loop (ms), the database for the control connection,
 * and the limits of the type (JSON).
 */
const [, , url = '', places = '1', maxStallMs = '60000', directUrl = url, limits] = process.argv;
const tell = (line: string) => process.stdout.write(`${line}\n`);

/** Blocks the event loop for a while, then continues until its signal. */
const hold = defineJobType({
  ...HOLD,
  ...(limits === undefined ? {} : { limits: JSON.parse(limits) }),
  run: async ({ run, signal, payload }) => {
    tell(`started ${run.id}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
    // Ignores its signal.
    if (payload.ignores) await new Promise(() => void setInterval(() => undefined, 1_000));
    const end = performance.now() + payload.blockMs;
    while (performance.now() < end) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
    if (payload.blockMs > 0 && !signal.aborted) return;
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve());
    });
    const reason: unknown = signal.reason;
    tell(`stopped ${run.id} ${reason instanceof Error ? reason.name : ''}`);
    throw reason;
  },
});

const clock = createSystemClock();
const engine = createEngine({
  store: createPostgresStore({ url, directUrl, clock, maxStallMs: Number(maxStallMs) }),
  clock,
  jobTypes: [hold],
  deps: {},
  concurrency: Number(places),
  shutdownTimeoutMs: 2_000,
  logger: silentLogger,
});
await engine.start();
tell('ready');
process.on('SIGTERM', () => void engine.stop().then(() => tell('left')));
