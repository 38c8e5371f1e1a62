// How long the server takes to answer the pages of an incident, at 100,000 jobs and 10,000,000 finished runs
// of 30 days. Argument `postgres`: on a PostgreSQL 18 of its own. A second argument: finished runs. Aims: a
// page of runs with any filter 300 ms, failures of 24 hours in groups 500 ms, a week's forecast of 10,000
// jobs 500 ms.
import { createJobs, defineJobType, type Engine } from '@greenvue/jobs';
import { z } from 'zod';
import { type Ground, onGround } from './support/ground.ts';
import { count, median, ms, row } from './support/measure.ts';

const [asked, runs = '10000000'] = process.argv.slice(2);
const JOBS = 100_000;
const RAN = 50_000;
const TYPES = 20;
const TEAMS = 40;
const FAILS_EVERY = 20;
const CAUSES = 12;
const ROUNDS = 7;
const AT_ONCE = 500;
const HOUR_MS = 3_600_000;
/** The copies of the runs that ran spread over these hours. */
const HISTORY_HOURS = 30 * 24;
const COPIES = Math.round(Number(runs) / RAN) - 1;
/** One job in ten has an interval, so that the forecast is of 10,000 jobs. */
const PLANNED_EVERY = 10;
const COLUMNS = `job_uid, trigger, catch_up, missed, payload, status, reason, attempt, recoveries, node, result, errors, fingerprint,
  job_version, requested_by`;

let left = 0;
let allDone = Promise.withResolvers<void>();

const types = Array.from({ length: TYPES }, (_, n) =>
  defineJobType({
    type: `type_${n}`,
    maxAttempts: 1,
    payload: z.strictObject({ customer: z.number() }),
    async run({ payload: { customer } }) {
      if (--left === 0) allDone.resolve();
      if (customer % FAILS_EVERY === 0)
        throw new Error(`The bank "B${(customer / FAILS_EVERY) % CAUSES}x" refused customer ${customer}`);
    },
  }),
);

async function inBatches(ids: readonly number[], work: (n: number) => Promise<unknown>): Promise<void> {
  for (let first = 0; first < ids.length; first += AT_ONCE)
    await Promise.all(ids.slice(first, first + AT_ONCE).map(work));
}

const NUMBERS = Array.from({ length: JOBS }, (_, n) => n);
const tomorrow = new Date(Date.now() + 24 * HOUR_MS).toISOString();

async function makeJobs(engine: Engine): Promise<void> {
  await inBatches(NUMBERS, (n) =>
    engine.createJob({
      id: `job-${n}`,
      name: `Job ${n}`,
      type: `type_${n % TYPES}`,
      tags: [`team-${n % TEAMS}`, n % PLANNED_EVERY === 0 ? 'planned' : 'on-demand'],
      payload: { customer: n },
      ...(n % PLANNED_EVERY === 0 ? { interval: '6h', startAt: tomorrow } : { onDemand: true }),
    }),
  );
}

async function runOnce(engine: Engine): Promise<void> {
  left = RAN;
  allDone = Promise.withResolvers();
  await inBatches(NUMBERS.slice(0, RAN), (n) => engine.trigger(`job-${n}`));
  await allDone.promise;
  for (;;) {
    const { queued, held, running } = (await engine.stats()).runs;
    if (queued + held + running === 0) return;
  }
}

/** Makes older copies of all runs. Ids of SQLite contain the time of the run. */
async function copyRuns(ground: Ground): Promise<void> {
  const everyMs = Math.round((HISTORY_HOURS * HOUR_MS) / COPIES);
  const seconds = Math.floor(everyMs / 1_000);
  const back = `(CAST(copy AS bigint) * ${everyMs} + (job_uid % ${seconds}) * 1000)`;
  const id =
    ground.name === 'SQLite'
      ? `id - ${back} * 8192`
      : `id - CAST(copy AS bigint) * 1000000000 - (job_uid % ${seconds}) * ${Math.floor(900_000_000 / seconds)}`;
  const times = ['queued_at', 'started_at', 'finished_at'];
  await ground.script(`INSERT INTO ${ground.runsTable} (id, ${COLUMNS}, ${times.join()})
    SELECT ${id}, ${COLUMNS}, ${times.map((time) => `${time} - ${back}`).join()}
    FROM ${ground.runsTable} CROSS JOIN (WITH RECURSIVE copies (copy) AS (SELECT 1 UNION ALL
      SELECT copy + 1 FROM copies WHERE copy < ${COPIES}) SELECT copy FROM copies) AS copies WHERE true
    ON CONFLICT DO NOTHING`);
  await ground.script('ANALYZE');
}

const nothing = (): void => undefined;
/** One run in 20 fails. */
const QUIET = { debug: nothing, info: nothing, warn: nothing, error: nothing };

type Ask = (engine: Engine, now: number) => Promise<unknown>;

const RUN_PAGES: Readonly<Record<string, Ask>> = {
  'all runs': (engine) => engine.listRuns(),
  failed: (engine) => engine.listRuns({ status: 'failed' }),
  succeeded: (engine) => engine.listRuns({ status: 'succeeded' }),
  'cancelled (none)': (engine) => engine.listRuns({ status: 'cancelled' }),
  'a reason': (engine) => engine.listRuns({ reason: 'error' }),
  'a type': (engine) => engine.listRuns({ type: 'type_7' }),
  'failed, of a type': (engine) => engine.listRuns({ type: 'type_0', status: 'failed' }),
  'a job': (engine) => engine.listRuns({ jobId: 'job-12345' }),
  'a tag': (engine) => engine.listRuns({ tags: ['team-7'] }),
  'failed, of a tag without failures': (engine) => engine.listRuns({ tags: ['team-7'], status: 'failed' }),
  'a prefix of ids': (engine) => engine.listRuns({ idPrefix: 'job-49' }),
  'a node that is unknown': (engine) => engine.listRuns({ node: 'nobody' }),
  'trigger: schedule (none)': (engine) => engine.listRuns({ trigger: 'schedule' }),
  'an error text': (engine) => engine.listRuns({ error: 'refused customer 4000"' }),
  'an error text that is nowhere': (engine) => engine.listRuns({ error: 'no such words' }),
  'a field of the payload': (engine) =>
    engine.listRuns({ payload: [{ path: ['customer'], value: '31234' }] }),
  'an hour, ten days ago': (engine, now) =>
    engine.listRuns({ from: now - 240 * HOUR_MS, to: now - 239 * HOUR_MS }),
  'failed, a day, 20 days ago': (engine, now) =>
    engine.listRuns({ status: 'failed', from: now - 480 * HOUR_MS, to: now - 456 * HOUR_MS }),
  'a type and an error text, of a day': (engine, now) =>
    engine.listRuns({ type: 'type_0', error: 'refused', from: now - 48 * HOUR_MS, to: now - 24 * HOUR_MS }),
};

const OTHERS: Readonly<Record<string, Ask>> = {
  'failures of 24 hours in groups': (engine) => engine.listFailures(),
  'failures of 24 hours, of a tag': (engine) => engine.listFailures({ tags: ['team-0'] }),
  'failures of 7 days in groups': (engine) => engine.listFailures({ hours: 168 }),
  'what ran in an hour, by job': (engine, now) => engine.runTimeline({ from: now - HOUR_MS, to: now }),
  'what ran in 24 hours, by job': (engine, now) => engine.runTimeline({ from: now - 24 * HOUR_MS, to: now }),
  'what ran in 24 hours, by node': (engine, now) =>
    engine.runTimeline({ by: 'node', from: now - 24 * HOUR_MS, to: now }),
  'what ran in 7 days, by job': (engine, now) => engine.runTimeline({ from: now - 168 * HOUR_MS, to: now }),
  'counts of 7 days by hour': (engine, now) => engine.history({ from: now - 168 * HOUR_MS }),
  'a week that comes, of 10,000 jobs': (engine) => engine.forecast({ tags: ['planned'] }),
  'counts of all jobs and runs': (engine) => engine.stats(),
  'a page of jobs': (engine) => engine.listJobs(),
};

async function measure(ground: Ground, engine: Engine): Promise<void> {
  const slowest: number[] = [];
  for (const [group, asks] of [
    ['runs', RUN_PAGES],
    ['fleet', OTHERS],
  ] as const)
    for (const [what, ask] of Object.entries(asks)) {
      const took: number[] = [];
      const now = Date.now();
      for (let n = 0; n < ROUNDS; n++) {
        const begin = performance.now();
        await ask(engine, now);
        took.push(performance.now() - begin);
      }
      if (group === 'runs') slowest.push(median(took));
      row(`${group}: ${what}`, ground.name, `median ${ms(median(took))}`, `slowest ${ms(Math.max(...took))}`);
    }
  row('runs: the slowest median', ground.name, ms(Math.max(...slowest)), '');
}

await onGround(asked, 1, async (ground) => {
  const engine = createJobs({
    store: ground.createStore(),
    types,
    retention: { finishedPerJob: 1_000_000, maxAgeMs: 90 * 24 * HOUR_MS },
    concurrency: 100,
    logger: QUIET,
  });
  await engine.start();
  await makeJobs(engine);
  await runOnce(engine);
  await copyRuns(ground);
  row(`${count(JOBS)} jobs, about ${count(RAN * (COPIES + 1))} runs`, ground.name, '', '');
  await measure(ground, engine);
  await engine.stop();
});
