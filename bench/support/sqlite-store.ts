/**
 * How fast the SQLite store claims and settles no-op runs through its threads, with durability and history.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JobDefinition } from '../../packages/jobs/src/core/model/job.ts';
import { DEFAULT_BACKOFF } from '../../packages/jobs/src/core/model/retry.ts';
import type { JobStore } from '../../packages/jobs/src/core/store/store.ts';
import type { ClaimedRun, SettleInput } from '../../packages/jobs/src/core/store/store-passes.ts';
import { sqlite } from '../../packages/jobs/src/stores/sqlite/index.ts';

const RUNS = 50_000;
const BATCH = 500;
const JOBS = 50;
const TYPES = { noop: 1 };

function jobOf(id: string, schedule: JobDefinition['schedule']): JobDefinition {
  return {
    id,
    name: id,
    description: '',
    type: 'noop',
    typeVersion: 1,
    schedule,
    payload: '{}',
    overlap: schedule.kind === 'on_demand' ? 'allow' : 'skip',
    catchUp: 'once',
    timeoutMs: 60_000,
    maxAttempts: 3,
    backoff: DEFAULT_BACKOFF,
  };
}

async function measure(name: string, runs: number, work: () => Promise<unknown>): Promise<void> {
  const start = performance.now();
  await work();
  const ms = performance.now() - start;
  console.log(`${name.padEnd(44)} ${Math.round((runs / ms) * 1000).toLocaleString('en')} runs/s`);
}

async function queue(store: JobStore): Promise<void> {
  for (let made = 0; made < RUNS; made += BATCH) {
    await Promise.all(
      Array.from({ length: BATCH }, (_, index) =>
        store.command({ jobId: `job-${(made + index) % JOBS}`, command: { kind: 'trigger' } }),
      ),
    );
  }
}

/** As the engine: requests the settlements of a batch and the next claim in the same turn. */
async function drain(store: JobStore, ahead: number): Promise<void> {
  const claim = () => store.claim({ node: 'bench', types: TYPES, places: 10, prefetch: BATCH - 10 });
  let left = RUNS;
  const claimAndSettle = async () => {
    let { runs } = await claim();
    while (runs.length > 0) {
      left -= runs.length;
      const [, next] = await Promise.all([store.settle(runs.map(succeeded)), claim()]);
      runs = next.runs;
    }
  };
  await Promise.all(Array.from({ length: ahead }, claimAndSettle));
  if (left !== 0) throw new Error(`${left} runs were not claimed`);
}

function succeeded({ id, fence }: ClaimedRun): SettleInput {
  const now = Date.now();
  return { runId: id, fence, outcome: { kind: 'succeeded' }, random: 0.5, startedAt: now, finishedAt: now };
}

/** Recurring jobs that are due at the same time, from the planning of their slots to their history rows. */
async function recur(store: JobStore, jobs: number): Promise<void> {
  const settled: Promise<unknown>[] = [];
  for (let left = jobs; left > 0; ) {
    const [, claimed] = await Promise.all([
      store.plan({ types: TYPES, limit: BATCH }),
      store.claim({ node: 'bench', types: TYPES, places: BATCH, prefetch: 0 }),
    ]);
    if (claimed.runs.length === 0) continue;
    left -= claimed.runs.length;
    settled.push(store.settle(claimed.runs.map(succeeded)));
  }
  await Promise.all(settled);
}

const folder = mkdtempSync(join(tmpdir(), 'sqlite-store-'));
const store = sqlite(join(folder, 'jobs.db'));
await store.open();
for (let index = 0; index < JOBS; index += 1) {
  await store.insertJob({ definition: jobOf(`job-${index}`, { kind: 'on_demand' }) });
}
for (const lanes of [1, 2]) {
  await measure('triggered', RUNS, () => queue(store));
  await measure(`claimed and settled, ${lanes} batch(es) at a time`, RUNS, () => drain(store, lanes));
}
const RECURRING = 10_000;
await Promise.all(
  Array.from({ length: RECURRING }, (_, index) =>
    store.insertJob({
      definition: jobOf(`every-${index}`, {
        kind: 'interval',
        interval: '5s',
        everyMs: 5_000,
        mode: 'fixed_rate',
      }),
    }),
  ),
);
await new Promise((resolve) => setTimeout(resolve, 5_100));
await measure('slots planned, claimed and settled', RECURRING, () => recur(store, RECURRING));
await store.close();
rmSync(folder, { recursive: true });
