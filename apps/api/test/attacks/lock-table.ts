// Another transaction locks the jobs table of PostgreSQL for 20 s. Clients trigger and create jobs, give up
// after 1 s, and ask again.
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { startPostgres } from '../../../../scripts/postgres/server.ts';
import { printFigures, row, startTarget, type Target } from './target.ts';

const SECONDS = 20;
const CLIENTS = 500;
const GIVE_UP_MS = 1_000;
/** The longest time to repeat the new trigger. */
const PATIENCE_MS = 60_000;
const JOB = 'locked';

const postgres = await startPostgres();
const target = await startTarget({
  DATABASE_URL: postgres.url,
  SECRETS_KEY: Buffer.alloc(32, 1).toString('base64'),
  RATE_LIMIT_PER_MINUTE: '10000000',
}).catch(async (error: unknown) => {
  await postgres.stop();
  throw error;
});
try {
  const { ask, admin: token } = target;
  const body = { id: JOB, name: JOB, type: 'update_search_index', on_demand: true, overlap: 'allow' };
  const { status } = await ask('POST', '/api/jobs', { token, body });
  if (status !== 201) throw new Error(`creating a job returned ${status}`);
  await attack(target);
} finally {
  await target.stop();
  await postgres.stop();
}

async function attack({ ask, admin: token, watch }: Target): Promise<void> {
  const watched = watch();
  const holder = new Client({ connectionString: postgres.url });
  await holder.connect();
  await holder.query('BEGIN; LOCK TABLE greenvue_jobs.jobs IN ACCESS EXCLUSIVE MODE');
  const asked = await flood();
  await holder.query('COMMIT');
  await holder.end();
  const begin = performance.now();
  const trigger = () => ask('POST', `/api/jobs/${JOB}/runs`, { token });
  let { status } = await trigger();
  for (; status === 503 && performance.now() - begin < PATIENCE_MS; { status } = await trigger())
    await sleep(50);
  const ms = Math.round(performance.now() - begin);
  // Commands of clients that gave up have ended by then.
  await sleep(5_000);
  const figures = await watched.stop();
  row(
    `LOCK TABLE for ${SECONDS} s, ${CLIENTS} clients`,
    `${asked} requests, each given up after ${GIVE_UP_MS} ms`,
  );
  row('a new trigger after the lock', `${status} after ${ms} ms`);
  row('jobs and runs made for clients that gave up', await count());
  printFigures(figures);
}

/** Clients trigger with and without a payload and create jobs; they repeat after they give up. */
async function flood(): Promise<number> {
  const end = performance.now() + SECONDS * 1_000;
  let asked = 0;
  const client = async (n: number) => {
    // Spread over a second.
    await sleep((n / CLIENTS) * GIVE_UP_MS);
    while (performance.now() < end) {
      const begin = performance.now();
      asked += 1;
      await giveUp(asked);
      // A client that is refused at once waits for the same time.
      await sleep(Math.max(GIVE_UP_MS - (performance.now() - begin), 0));
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, (_, n) => client(n)));
  return asked;
}

function giveUp(n: number): Promise<void> {
  const isCreate = n % 2 === 0;
  const path = isCreate ? '/api/jobs' : `/api/jobs/${JOB}/runs`;
  const body = isCreate
    ? { id: `made-${n}`, name: 'Made', type: 'update_search_index', on_demand: true }
    : n % 4 === 1
      ? { payload: {} }
      : {};
  return new Promise((resolve) => {
    const headers = { authorization: `Bearer ${target.admin}`, 'content-type': 'application/json' };
    const agent = new Agent({ keepAlive: false });
    const signal = AbortSignal.timeout(GIVE_UP_MS);
    const asked = request(`${target.url}${path}`, { method: 'POST', headers, agent, signal }, (answer) => {
      answer.resume().once('close', resolve);
    });
    asked.once('error', () => resolve());
    asked.end(JSON.stringify(body));
  });
}

async function count(): Promise<string> {
  const client = new Client({ connectionString: postgres.url });
  await client.connect();
  const { rows } = await client.query(
    "SELECT (SELECT count(*) FROM greenvue_jobs.jobs) - 1 AS jobs, (SELECT count(*) FROM greenvue_jobs.audit WHERE action = 'job.trigger') AS runs",
  );
  await client.end();
  return `${rows[0]?.jobs} and ${rows[0]?.runs}`;
}
