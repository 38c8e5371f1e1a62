// Pauses and resumes 10,000 jobs with bulk commands, while 100 other jobs run each second. Each change has its
// audit row. Aim: under 5 s for each command. Argument `postgres`: on a PostgreSQL 18 of its own.
import { type Cost, type Ground, onGround } from './support/ground.ts';
import { count, median, ms, percentile, row, sleep } from './support/measure.ts';
import { engineOn, noopType } from './support/noop.ts';

const JOBS = 10_000;
const RUNNING_JOBS = 100;
const REPEATS = 3;
const AIM_MS = 5_000;
const ACTIONS = ['pause', 'resume'] as const;
/** Requests at once. */
const BATCH = 1_000;

interface Round {
  readonly cost: Cost;
  /** Until the command has found its jobs, and begins. */
  readonly searchMs: number;
  readonly tookMs: number;
  /** Of the runs of the other jobs, meanwhile (ms). */
  readonly lateness: readonly number[];
}

async function change(ground: Ground): Promise<Record<(typeof ACTIONS)[number], Round>> {
  let lateness: number[] = [];
  const type = noopType((slot) => {
    if (slot !== undefined) lateness.push(Date.now() - slot);
  });
  const engine = engineOn(ground.createStore, type);
  await engine.start();
  const jobs = Array.from({ length: JOBS }, (_, n) => ({ id: `bulk-${n}`, interval: '24h', tags: ['bulk'] }));
  const others = Array.from({ length: RUNNING_JOBS }, (_, n) => ({ id: `other-${n}`, interval: '1s' }));
  const inputs = [...jobs, ...others].map((job) => ({ ...job, name: job.id, type: 'noop' }));
  while (inputs.length > 0)
    await Promise.all(inputs.splice(0, BATCH).map((input) => engine.createJob(input)));
  const measured = async (action: (typeof ACTIONS)[number]): Promise<Round> => {
    await sleep(2_000);
    lateness = [];
    const ended = Promise.withResolvers<void>();
    const { unsubscribe } = engine.subscribe((event) => {
      if (event !== 'reset' && event.type === 'bulk.finished') ended.resolve();
    });
    const cost = await ground.startCost();
    const begin = performance.now();
    const { id = '' } = await engine.bulkJobs({ action, filter: { tags: ['bulk'] } });
    const searchMs = performance.now() - begin;
    await ended.promise;
    const tookMs = performance.now() - begin;
    const spent = await cost();
    unsubscribe();
    const { done, status } = await engine.getBulkCommand(id);
    if (done !== JOBS) throw new Error(`${action}: ${done} of ${JOBS} jobs were changed (${status})`);
    return { searchMs, tookMs, lateness, cost: spent };
  };
  const rounds = { pause: await measured('pause'), resume: await measured('resume') };
  await engine.stop();
  return rounds;
}

const rounds = await onGround(process.argv[2], REPEATS, change);
let isMissed = false;
for (const action of ACTIONS) {
  const took = rounds.map((round) => round[action].tookMs);
  const late = rounds.flatMap((round) => round[action].lateness);
  isMissed ||= median(took) >= AIM_MS;
  row(
    `bulk ${action} of ${count(JOBS)} jobs${process.argv[2] === 'postgres' ? ' on PostgreSQL' : ''}`,
    `median ${ms(median(took))}, from ${ms(Math.min(...took))} to ${ms(Math.max(...took))}`,
    `CPU ${ms(median(rounds.map((round) => round[action].cost.cpuMs + (round[action].cost.server?.cpuMs ?? 0))))}`,
    `the search ${ms(median(rounds.map((round) => round[action].searchMs)))}`,
    `${count(late.length)} runs of other jobs meanwhile: late p50 ${ms(percentile(late, 0.5))}, p99 ${ms(percentile(late, 0.99))}`,
    median(took) < AIM_MS ? `under ${ms(AIM_MS)}` : `MISSED: ${ms(AIM_MS)}`,
  );
}
if (isMissed) process.exitCode = 1;
