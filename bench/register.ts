// 10,000 jobs made over REST from 10 connections, each with its audit row, durable before it is answered. With the argument
// `postgres`, on a PostgreSQL 18 of its own.
import { spawnSync } from 'node:child_process';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { startPostgres } from '../scripts/postgres/server.ts';
import { serverCpuMs } from './ground.ts';
import { count, inFolder, median, ms, row } from './measure.ts';
import { startServer } from './server.ts';

const JOBS = 10_000;
const CONNECTIONS = 10;
const REPEATS = 3;
const PORT = 18_084;
const isPostgres = process.argv[2] === 'postgres';

interface Round {
  readonly perSecond: number;
  /** Of the API's process, for 1,000 jobs. */
  readonly cpuMs: number;
}

async function makeJobs(env: NodeJS.ProcessEnv): Promise<Round> {
  return inFolder(async (folder) => {
    const server = await startServer(folder, PORT, 'apps/api/src/main.ts', env);
    try {
      const token = makeToken({ ...env, DATA_DIR: folder });
      const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
      let next = 0;
      const connection = async () => {
        while (next < JOBS) await create(agent, { token, n: next++ });
      };
      const begin = performance.now();
      const spent = serverCpuMs(server.pid);
      await Promise.all(Array.from({ length: CONNECTIONS }, connection));
      const took = performance.now() - begin;
      const cpuMs = ((serverCpuMs(server.pid) - spent) / JOBS) * 1_000;
      agent.destroy();
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

function create(agent: Agent, { token, n }: { readonly token: string; readonly n: number }): Promise<void> {
  const body = JSON.stringify({
    id: `job-${n}`,
    name: `Job ${n}`,
    type: 'send_notifications',
    interval: '24h',
  });
  return new Promise((resolve, reject) => {
    const asked = request(`http://127.0.0.1:${PORT}/api/jobs`, {
      agent,
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
      },
    });
    asked.on('response', (response) => {
      response.resume();
      if (response.statusCode === 201) response.on('end', resolve);
      else reject(new Error(`job ${n} was answered with ${response.statusCode}`));
    });
    asked.on('error', reject);
    asked.end(body);
  });
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
