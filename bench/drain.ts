// Drains 50,000 queued no-op runs (100 on-demand jobs x 500, overlap allow), each settled for itself, history kept.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEngine, createSystemClock, defineJobType } from '@greenvue/jobs';
import { createSqliteStore } from '@greenvue/jobs/sqlite';
import { z } from 'zod';

const JOBS = 100;
const RUNS = 500;

let done = 0;
const noop = defineJobType({
  type: 'noop',
  module: import.meta.url,
  payload: z.strictObject({}),
  run: async () => {
    done++;
  },
});

const folder = mkdtempSync(join(tmpdir(), 'greenvue-bench-'));
const file = join(folder, 'jobs.db');
const clock = createSystemClock();

async function fill(): Promise<void> {
  const engine = createEngine({ store: createSqliteStore({ file, clock }), jobTypes: [noop], deps: {}, concurrency: 0 });
  await engine.start();
  const ids = Array.from({ length: JOBS }, (_, n) => `job-${n}`);
  await Promise.all(ids.map((id) => engine.createJob({ id, name: id, type: 'noop', onDemand: true, overlap: 'allow' })));
  const begin = performance.now();
  for (let n = 0; n < RUNS; n += 50) {
    await Promise.all(ids.flatMap((id) => Array.from({ length: 50 }, () => engine.trigger(id))));
  }
  console.log(`queued ${JOBS * RUNS} runs: ${Math.round((JOBS * RUNS) / ((performance.now() - begin) / 1000))}/s`);
  await engine.stop();
}

await fill();
const engine = createEngine({ store: createSqliteStore({ file, clock }), jobTypes: [noop], deps: {} });
const cpu = process.cpuUsage();
const begin = performance.now();
await engine.start();
for (;;) {
  const { runs, hours } = await engine.stats();
  const finished = hours.reduce((sum, { count }) => sum + count, 0);
  if (runs.queued + runs.held + runs.running === 0 && finished === JOBS * RUNS) break;
  await new Promise((resolve) => setTimeout(resolve, 10));
}
const took = performance.now() - begin;
const used = process.cpuUsage(cpu);
console.log(`drained ${done} runs in ${Math.round(took)} ms: ${Math.round(done / (took / 1000))}/s, CPU ${Math.round((used.user + used.system) / 1000)} ms`);
await engine.stop();
rmSync(folder, { recursive: true });
