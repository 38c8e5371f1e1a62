// Creates 10,000 jobs over REST from 10 connections, each with its audit row and durable before the answer.
// Argument `postgres` instead of `sqlite`: on a PostgreSQL 18 of its own. Further argument: the number of
// jobs.
import { spawnSync } from 'node:child_process';
import { connect } from 'node:net';
import { join } from 'node:path';
import { startPostgres } from '../scripts/postgres/server.ts';
import { serverCpuMs } from './support/ground.ts';
import { count, inFolder, median, ms, row } from './support/measure.ts';
import { startServer } from './support/server.ts';

const [asked = 'sqlite', jobs = '10000'] = process.argv.slice(2);
if (asked !== 'sqlite' && asked !== 'postgres')
  throw new Error(`unknown store "${asked}": use sqlite or postgres`);
const JOBS = Number(jobs);
const CONNECTIONS = 10;
const REPEATS = 3;
const PORT = 18_084;
const isPostgres = asked === 'postgres';

interface Round {
  readonly perSecond: number;
  /** CPU of the API's process for 1,000 jobs. */
  readonly cpuMs: number;
}

async function makeJobs(env: NodeJS.ProcessEnv): Promise<Round> {
  return inFolder(async (folder) => {
    const server = await startServer(folder, PORT, 'apps/api/src/main.ts', env);
    try {
      const token = makeToken({ ...env, DATA_DIR: folder });
      let next = 0;
      const take = () => (next < JOBS ? next++ : undefined);
      const begin = performance.now();
      const spent = serverCpuMs(server.pid);
      const made = await Promise.all(Array.from({ length: CONNECTIONS }, () => makeOnOne({ token, take })));
      const took = performance.now() - begin;
      const all = made.reduce((sum, one) => sum + one, 0);
      if (all !== JOBS) throw new Error(`${all} of ${JOBS} jobs were made`);
      const cpuMs = ((serverCpuMs(server.pid) - spent) / JOBS) * 1_000;
      return { perSecond: JOBS / (took / 1_000), cpuMs };
    } finally {
      await server.stop();
    }
  });
}

function makeToken(env: NodeJS.ProcessEnv): string {
  const cli = join(import.meta.dirname, '..', 'apps', 'api', 'src', 'cli.ts');
  const { stdout } = spawnSync(process.execPath, [cli, 'token'], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
  });
  return stdout.trim();
}

/**
 * Creates jobs on one connection, one by one. Sends raw bytes and reads only the status: client and server
 * share the cores, and `node:http` used a quarter of them.
 */
async function makeOnOne(how: {
  readonly token: string;
  readonly take: () => number | undefined;
}): Promise<number> {
  const socket = connect(PORT, '127.0.0.1');
  socket.setNoDelay().setEncoding('latin1');
  const ask = () => {
    const n = how.take();
    if (n === undefined) socket.end();
    else socket.write(requestFor(n, how.token));
  };
  let answers = 0;
  ask();
  for await (const answer of socket) {
    if (!String(answer).startsWith('HTTP/1.1 201 ')) throw new Error(`creating a job returned ${answer}`);
    answers += 1;
    ask();
  }
  return answers;
}

function requestFor(n: number, token: string): string {
  const job = { id: `job-${n}`, name: `Job ${n}`, type: 'send_notifications', interval: '24h' };
  const body = JSON.stringify(job);
  const head = [
    'POST /api/jobs HTTP/1.1',
    `host: 127.0.0.1:${PORT}`,
    `authorization: Bearer ${token}`,
    'content-type: application/json',
    `content-length: ${body.length}`,
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}

const server = isPostgres
  ? await startPostgres({ settings: { shared_buffers: '256MB', max_wal_size: '4GB' } })
  : undefined;
const rounds: Round[] = [];
for (let n = 0; n < REPEATS; n++) {
  rounds.push(
    await makeJobs(
      server === undefined ? {} : { DATABASE_URL: await server.createDatabase(`register_${n}`) },
    ),
  );
}
await server?.stop();
const rates = rounds.map(({ perSecond }) => perSecond);
row(
  `${count(JOBS)} jobs made over REST from ${CONNECTIONS} connections${isPostgres ? ', on PostgreSQL' : ''}, jobs/s`,
  `median ${count(median(rates))}, from ${count(Math.min(...rates))} to ${count(Math.max(...rates))}`,
  `CPU of the API for 1,000 jobs ${ms(median(rounds.map(({ cpuMs }) => cpuMs)))}`,
);
