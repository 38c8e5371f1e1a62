import { percentile, sleep } from '../../support/measure.ts';
import type { Recurring, WorkloadName } from '../contestant.ts';
import { tidy } from '../processes/tidy.ts';
import { startCost } from '../report/cost.ts';
import { type Figures, requireFigure } from '../report/figures.ts';
import { complete, type Stage, scaled, type Workload } from '../workload.ts';
import { PLACES } from './drain.ts';

const EVERY_MS = 10_000;
const SECONDS = 60;
/** A run of the last slot may be a little late. */
const GRACE_MS = 1_000;

export const recurring10k = recurring('recurring-10k', 10_000);
export const recurring100k = recurring('recurring-100k', 100_000);

function recurring(name: WorkloadName, jobs: number): Workload {
  const count = jobs.toLocaleString('en');
  return {
    name,
    title: `${count} recurring jobs`,
    what: `${count} jobs, each every 10 s, spread evenly in the order of their creation, for 60 s: from the slot to the first line of the handler. "runs" counts the runs with slots in these 60 s. "late" covers all runs that started in these 60 s, including runs that were due earlier.`,
    columns: [
      { figure: 'p99', title: 'late, p99', unit: 'ms' },
      { figure: 'p50', title: 'p50', unit: 'ms' },
      { figure: 'max', title: 'longest', unit: 'ms' },
      { figure: 'runs', title: 'runs', unit: 'number' },
      { figure: 'expected', title: 'of', unit: 'number' },
      { figure: 'cpuSeconds', title: 'CPU, server included', unit: 'seconds', isPlotted: true },
    ],
    better: 'less',
    parts: { recur },
    measure: (lab) =>
      complete(lab, 'recur', {
        jobs: scaled(jobs, lab.scale),
        seconds: Math.max(EVERY_MS / 1_000, scaled(SECONDS, lab.scale)),
      }),
  };
}

async function recur({ contestant, place, input }: Stage): Promise<Figures> {
  const jobs = requireFigure(input, 'jobs');
  const spanMs = requireFigure(input, 'seconds') * 1_000;
  const session = await contestant.open(place);
  // The first slots are late enough that all jobs exist by then.
  const registered = Date.now() + 3_000 + (jobs / contestant.pace.registers) * 1_000;
  const firstAt = Math.ceil(registered / EVERY_MS) * EVERY_MS;
  // The first slot of each job is still part of the start.
  const from = firstAt + EVERY_MS;
  const late: number[] = [];
  let runs = 0;
  await session.work({
    places: PLACES,
    areQuick: true,
    arrival: 'by the clock',
    hasShortLocks: false,
    onePerTenant: false,
    handle(slot) {
      const now = Date.now();
      if (slot === undefined) return undefined;
      // Slots of these 60 s, though they may run a little later.
      if (slot >= from && slot < from + spanMs) runs++;
      // Runs of these 60 s, though they may have been due long before.
      if (now >= from && now < from + spanMs) late.push(Math.max(0, now - slot));
      return undefined;
    },
  });
  await session.register(spread(jobs, firstAt));
  await tidy(place);
  if (Date.now() > firstAt) throw new Error(`registering ${jobs} jobs took too long: nothing was measured`);
  await sleep(from - Date.now());
  const cost = startCost(place);
  await sleep(from + spanMs - Date.now());
  const cpuSeconds = cost();
  await sleep(GRACE_MS);
  const inTime = runs;
  await session.close();
  if (late.length === 0) throw new Error(`no run of the ${jobs} jobs began in that time`);
  return {
    runs: inTime,
    expected: (jobs * spanMs) / EVERY_MS,
    p50: percentile(late, 0.5),
    p99: percentile(late, 0.99),
    max: late.reduce((most, value) => Math.max(most, value), 0),
    cpuSeconds,
  };
}

function spread(jobs: number, firstAt: number): readonly Recurring[] {
  return Array.from({ length: jobs }, (_, n) => ({
    id: `job-${n}`,
    everyMs: EVERY_MS,
    firstAt: firstAt + Math.floor((n * EVERY_MS) / jobs),
  }));
}
