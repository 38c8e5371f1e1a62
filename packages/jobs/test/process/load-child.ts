import { appendFileSync } from 'node:fs';
import { z } from 'zod';
import { createEngine } from '../../src/engine/engine.ts';
import { defineJobType, type JobInput } from '../../src/index.ts';
import { createSqliteStore } from '../../src/stores/sqlite/store.ts';
import { createSystemClock } from '../../src/system-clock.ts';
import { silentLogger } from '../silent-logger.ts';

/**
 * A process under load, to be killed: recurring jobs of every overlap and catch-up, and manual runs. Writes
 * the ids of acknowledged runs to a file. Arguments: the database, that file.
 */
const [, , file = '', acknowledged = ''] = process.argv;

const busy = defineJobType({
  type: 'busy',
  module: import.meta.url,
  payload: z.strictObject({ ms: z.int().default(0), fails: z.boolean().default(false) }),
  run: async (ctx) => {
    await new Promise((resolve) => setTimeout(resolve, ctx.payload.ms));
    if (ctx.payload.fails && ctx.run.attempt === 1) throw new Error('the first attempt fails');
    return { attempt: ctx.run.attempt };
  },
});

const modes = [
  { overlap: 'skip', catchUp: 'once' },
  { overlap: 'skip', catchUp: 'skip' },
  { overlap: 'queue', catchUp: 'once' },
  { overlap: 'queue', catchUp: 'all' },
  { overlap: 'allow', catchUp: 'once' },
  { overlap: 'allow', catchUp: 'skip' },
] as const;

const backoff = { initial: '20ms', max: '100ms' };
const jobs: JobInput[] = modes.flatMap((mode, index) =>
  [30, 70, 150].map((every, n) => ({
    id: `grid-${index}-${every}`,
    name: `Every ${every} ms`,
    type: 'busy',
    interval: `${every}ms`,
    payload: { ms: n * 40, fails: n === 1 },
    backoff,
    ...mode,
  })),
);
jobs.push({
  id: 'delay',
  name: 'Fixed delay',
  type: 'busy',
  interval: '40ms',
  intervalMode: 'fixed_delay',
  payload: { ms: 10 },
});
jobs.push({
  id: 'by-hand',
  name: 'By hand',
  type: 'busy',
  onDemand: true,
  overlap: 'allow',
  payload: { ms: 1 },
  backoff,
});

const clock = createSystemClock();
const engine = createEngine({
  store: createSqliteStore({ file, clock }),
  jobTypes: [busy],
  deps: {},
  logger: silentLogger,
  minIntervalMs: 10,
  // Keep every row: the checks read them all.
  retention: { finishedPerJob: 1e9, skippedPerJob: 1e9 },
});
await engine.start();
for (const job of jobs) await engine.putJob(job);
process.stdout.write('ready\n');

let stopping = false;
process.on('SIGTERM', () => {
  stopping = true;
});

while (!stopping) {
  const made = await Promise.all(Array.from({ length: 5 }, () => engine.trigger('by-hand')));
  appendFileSync(acknowledged, made.map(({ run }) => `${run.id}\n`).join(''));
  await new Promise((resolve) => setTimeout(resolve, 5));
}
await engine.stop();
