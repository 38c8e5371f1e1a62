// Shows that the cost does not grow with jobs, history or a held snapshot. Argument `postgres`: on a
// PostgreSQL 18 of its own. Further arguments: `jobs`, `history` or `snapshot`, and the most jobs, finished
// runs or seconds (1,000,000, 10,000,000, 300).
import { type Ground, onGround } from './support/ground.ts';
import { count, ms, percentile, row, sleep } from './support/measure.ts';
import { engineOn, noopType, queueRuns } from './support/noop.ts';

const [asked, what = 'all', size] = process.argv.slice(2);
const DUE_A_SECOND = 1_000;
const MEASURED_S = 20;
/** Large enough to keep everything. */
const RETENTION = { finishedPerJob: 1_000_000_000, maxAgeMs: 90 * 86_400_000 };
const wants = (part: string) => what === 'all' || what === part;

interface Measured {
  readonly runs: number;
  readonly cpuMs: number;
  readonly lateness: readonly number[];
}

const cells = ({ runs, cpuMs, lateness }: Measured): readonly string[] => [
  `${count(runs)} runs`,
  `CPU ${ms((cpuMs / runs) * 1_000)} for 1,000`,
  `late p50 ${ms(percentile(lateness, 0.5))}, p99 ${ms(percentile(lateness, 0.99))}`,
];

/** Makes jobs with 1,000 due each second; calls `measure` when they are due. */
async function recurring(
  ground: Ground,
  jobs: number,
  measure: (during: (seconds: number) => Promise<Measured>) => Promise<void>,
): Promise<void> {
  let lateness: number[] = [];
  const type = noopType((slot) => {
    if (slot !== undefined) lateness.push(Date.now() - slot);
  });
  const engine = engineOn(ground.createStore, type, { retention: RETENTION });
  await engine.start();
  const intervalMs = (jobs / DUE_A_SECOND) * 1_000;
  // Slots are on a grid of the epoch and include the measured time. The jobs made first are due first.
  const from = Date.now() + 5_000 + jobs * (ground.name === 'SQLite' ? 0.1 : 0.3);
  const batch = 1_000;
  for (let first = 0; first < jobs; first += batch) {
    await Promise.all(
      Array.from({ length: Math.min(batch, jobs - first) }, (_, offset) => {
        const n = first + offset;
        const startAt = new Date(from + Math.floor((n * intervalMs) / jobs)).toISOString();
        const interval = `${intervalMs}ms`;
        return engine.createJob({ id: `job-${n}`, name: `Job ${n}`, type: 'noop', interval, startAt });
      }),
    );
  }
  if (Date.now() > from) throw new Error('creating the jobs took too long: nothing was measured');
  await sleep(from - Date.now() + 2_000);
  await measure(async (seconds) => {
    const cost = await ground.startCost();
    lateness = [];
    await sleep(seconds * 1_000);
    const { cpuMs, server } = await cost();
    return { runs: lateness.length, cpuMs: cpuMs + (server?.cpuMs ?? 0), lateness };
  });
  await engine.stop();
}

async function drained(ground: Ground, runs: number): Promise<Measured & { readonly perSecond: number }> {
  await queueRuns(ground.createStore, { jobs: 100, runs: runs / 100 });
  let done = 0;
  let begin = 0;
  const all = Promise.withResolvers<void>();
  const type = noopType(() => {
    if (done === 0) begin = performance.now();
    if (++done === runs) all.resolve();
  });
  const engine = engineOn(ground.createStore, type, { retention: RETENTION });
  const cost = await ground.startCost();
  await engine.start();
  await all.promise;
  for (;;) {
    const { queued, held, running } = (await engine.stats()).runs;
    if (queued + held + running === 0) break;
  }
  const perSecond = runs / ((performance.now() - begin) / 1_000);
  const { cpuMs, server } = await cost();
  await engine.stop();
  return { runs, cpuMs: cpuMs + (server?.cpuMs ?? 0), lateness: [], perSecond };
}

const DRAINED = 50_000;
const COLUMNS = `job_uid, trigger, scheduled_for, catch_up, missed, missed_from, payload, retry_of, queued_at, status, reason,
  attempt, recoveries, node, started_at, finished_at, progress, result, errors`;

if (wants('jobs')) {
  for (const jobs of [1_000, 10_000, 100_000, 1_000_000]) {
    if (size !== undefined && what === 'jobs' && jobs > Number(size)) continue;
    await onGround(asked, 1, (ground) =>
      recurring(ground, jobs, async (during) => {
        row(
          `${count(jobs)} jobs, ${count(DUE_A_SECOND)} due a second, on ${ground.name}`,
          ...cells(await during(MEASURED_S)),
        );
      }),
    );
  }
}

if (wants('history')) {
  const rows = Number(what === 'history' && size !== undefined ? size : 10_000_000);
  await onGround(asked, 1, async (ground) => {
    const show = async (kept: number) => {
      const { perSecond, ...measured } = await drained(ground, DRAINED);
      const [, cpu] = cells(measured);
      row(`${count(kept)} rows of history, on ${ground.name}`, `drain ${count(perSecond)} runs/s`, cpu ?? '');
    };
    await show(0);
    await show(DRAINED);
    // Older copies of those runs.
    const copies = Math.round(rows / DRAINED / 2) - 1;
    await ground.script(`INSERT INTO ${ground.runsTable} (id, ${COLUMNS}) SELECT id - CAST(copy AS bigint) * 1000000000, ${COLUMNS}
      FROM ${ground.runsTable} CROSS JOIN (WITH RECURSIVE copies (copy) AS (SELECT 1 UNION ALL
        SELECT copy + 1 FROM copies WHERE copy < ${copies}) SELECT copy FROM copies) AS copies`);
    await ground.script('ANALYZE');
    for (let n = 0; n < 3; n++) await show(rows + n * DRAINED);
  });
}

if (wants('snapshot')) {
  const seconds = Number(what === 'snapshot' && size !== undefined ? size : 300);
  await onGround(asked, 1, (ground) =>
    recurring(ground, 10_000, async (during) => {
      row(`no snapshot held, on ${ground.name}`, ...cells(await during(MEASURED_S)));
      const release = await ground.holdSnapshot();
      for (let held = 0; held < seconds; held += seconds / 5) {
        await sleep(Math.max(seconds / 5 - MEASURED_S, 0) * 1_000);
        row(
          `a snapshot held for ${count(held + seconds / 5)} s, on ${ground.name}`,
          ...cells(await during(MEASURED_S)),
        );
      }
      await release();
      await sleep(MEASURED_S * 1_000);
      row(`after its end, on ${ground.name}`, ...cells(await during(MEASURED_S)));
    }),
  );
}
