// `npm run rehearse -- linearizability [--minutes M] [--seed S]`: clients change the same jobs through one
// server on SQLite, then through three nodes on one PostgreSQL. Servers are killed meanwhile.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { rehearseStore } from '../../packages/jobs/test/linearizability/rehearse-store.ts';
import { freePort, startPostgres } from '../postgres/server.ts';
import { say } from './node.ts';

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: {
    minutes: { type: 'string', default: '2' },
    seed: { type: 'string', default: '1' },
    store: { type: 'string' },
  },
});
const minutes = Number(values.minutes);
const seed = Number(values.seed);
if (!(minutes > 0) || !Number.isSafeInteger(seed)) {
  process.stderr.write(
    'npm run rehearse -- linearizability [--minutes 2] [--seed 1] [--store sqlite | postgres]\n',
  );
  process.exit(1);
}
const durationMs = (minutes * 60_000) / (values.store === undefined ? 2 : 1);
const results = [];
if (values.store !== 'postgres') results.push(await onSqlite());
if (values.store !== 'sqlite') results.push(await onPostgres());
process.exit(results.every(({ violations, undecided }) => violations + undecided === 0) ? 0 : 1);

async function onSqlite() {
  const folder = await mkdtemp(join(tmpdir(), 'greenvue-linearizability-'));
  const nodes = [{ port: await freePort(), env: { DATA_DIR: folder } }];
  try {
    return await rehearseStore({
      title: 'SQLite, one server',
      nodes,
      durationMs,
      roundsPerKill: 12,
      seed,
      say,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function onPostgres() {
  const server = await startPostgres();
  try {
    const env = { DATABASE_URL: await server.createDatabase('greenvue') };
    const nodes = [];
    for (let n = 0; n < 3; n++) nodes.push({ port: await freePort(), env });
    return await rehearseStore({
      title: 'PostgreSQL, three nodes',
      nodes,
      durationMs,
      roundsPerKill: 12,
      seed,
      say,
    });
  } finally {
    await server.stop();
  }
}
