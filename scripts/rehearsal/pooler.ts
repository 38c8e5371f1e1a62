// `npm run rehearse -- pooler`: two nodes of GreenVue behind PgBouncer in transaction mode, with the
// `pgbouncer.ini` of docs/scaling.md, with and without DATABASE_DIRECT_URL. Needs `pgbouncer` (Debian:
// apt-get install pgbouncer).
import { setTimeout as delay } from 'node:timers/promises';
import { freePort, startPostgres } from '../postgres/server.ts';
import { prepareMarket, succeed } from './market.ts';
import {
  ask,
  type Env,
  getRun,
  type Node,
  runCli,
  say,
  seconds,
  startNode,
  startSlowMail,
  until,
} from './node.ts';
import { type Pooler, startPooler, versionOfPooler } from './pgbouncer.ts';
import { connected, NO_LIMITS, running, twoOf, WAIT_MS } from './steps.ts';

const MS_PER_MAIL = 200;
/** Longer than a lease. */
const POOLER_AWAY_MS = 20_000;
const SESSION_STATE = `SELECT current_setting('lock_timeout') AS lock_timeout, current_setting('statement_timeout') AS statement_timeout,
  current_setting('idle_in_transaction_session_timeout') AS idle_timeout, current_setting('search_path') AS search_path,
  (SELECT count(*)::int FROM pg_prepared_statements) AS prepared, ARRAY(SELECT pg_listening_channels()) AS channels`;
const BACKENDS = `SELECT application_name AS name, count(DISTINCT activity.pid)::int, count(locks.pid)::int AS locks
  FROM pg_stat_activity AS activity LEFT JOIN pg_locks AS locks
    ON locks.pid = activity.pid AND locks.locktype = 'advisory'
  WHERE datname = current_database() AND activity.pid <> pg_backend_pid() GROUP BY application_name ORDER BY application_name`;

const version = versionOfPooler();
if (version === undefined) {
  process.stderr.write(
    'pgbouncer is not installed here, so nothing was tested (Debian: apt-get install pgbouncer).\n',
  );
  process.exit(1);
}
say(`${version}, Node.js ${process.version}`);
const server = await startPostgres({ settings: { max_connections: '60' } });
const mail = await startSlowMail(MS_PER_MAIL);
try {
  for (const isDirect of [true, false]) await rehearse(isDirect);
} finally {
  mail.close();
  await server.stop();
}

async function rehearse(isDirect: boolean): Promise<void> {
  say(`\n${isDirect ? 'With' : 'Without'} DATABASE_DIRECT_URL`);
  const name = isDirect ? 'with_direct' : 'without_direct';
  const directUrl = await ownedDatabase(name);
  const pooler = await startPooler(server, name);
  const nodes: Node[] = [];
  const env = {
    DATABASE_URL: pooler.url,
    SMTP_URL: mail.url,
    JOBS_CONCURRENCY: '1',
    ...NO_LIMITS,
    ...(isDirect ? { DATABASE_DIRECT_URL: directUrl } : {}),
  };
  try {
    const token = await runCli(['token'], env);
    await showFaults({ env, token, nodes, pooler, directUrl, isDirect });
  } finally {
    for (const node of nodes) await node.kill();
    await pooler.stop();
  }
}

interface Rehearsal {
  readonly env: Env;
  readonly token: string;
  readonly nodes: Node[];
  readonly pooler: Pooler;
  readonly directUrl: string;
  readonly isDirect: boolean;
}

async function showFaults(rehearsal: Rehearsal): Promise<void> {
  const { env, token, nodes } = rehearsal;
  const start = async () => {
    const node = await startNode(await freePort(), env);
    nodes.push(node);
    return node;
  };
  const one = await start();
  await prepareMarket(one, token);
  const first = await running(one, token, 'mails');
  const two = await start();
  say(`  cancel at the other node: over after ${seconds(await cancel(two, token, first))}`);
  await showEvents(one, two, token);
  await showReads(nodes, token);
  await showWakeUp(one, two, token);
  await showKill(nodes, token);
  await showSessions(rehearsal);
  const warnings = (await two.log())
    .split('\n')
    .filter((line) => line.includes('pooler that shares sessions'));
  say(`  warnings of a pooler in a node's log: ${warnings.length}`);
  await showAway(rehearsal);
}

/** Returns how long the run took to end. */
async function cancel({ url }: Node, token: string, runId: string): Promise<number> {
  const asked = performance.now();
  await ask({ url, token, path: `/api/runs/${runId}/cancel`, method: 'POST', body: {} });
  await until('the run is cancelled', WAIT_MS, async () =>
    (await getRun(url, token, runId)).status === 'cancelled' ? true : undefined,
  );
  return performance.now() - asked;
}

/** A subscriber gets the events of all nodes, if sessions last. */
async function showEvents(one: Node, two: Node, token: string): Promise<void> {
  const heard = await Promise.all(
    [one, two].map(async ({ url }) => {
      const answer = await fetch(`${url}/api/job-events`, {
        headers: { authorization: `Bearer ${token}` },
        signal: AbortSignal.timeout(6_000),
      });
      let text = '';
      const reading = (async () => {
        for await (const chunk of answer.body ?? []) text += Buffer.from(chunk).toString();
      })().catch(() => undefined);
      return { text: () => text, reading };
    }),
  );
  for (let n = 0; n < 4; n++) await succeed(n % 2 === 0 ? one.url : two.url, token, 'index');
  await Promise.all(heard.map(({ reading }) => reading));
  const counts = heard.map(
    ({ text }) =>
      text()
        .split('\n')
        .filter((line) => line.startsWith('data:')).length,
  );
  say(`  events of 4 runs, as sent by each node: ${counts.join(' and ')}`);
}

async function showReads(nodes: readonly Node[], token: string): Promise<void> {
  const paths = [
    '/api/listings?limit=20',
    '/api/listings?q=bicycle',
    '/api/jobs',
    '/api/runs',
    '/api/job-stats',
  ];
  const asked = Array.from({ length: 10 }, () =>
    nodes.flatMap(({ url }) => paths.map((path) => ({ url, path }))),
  ).flat();
  const before = performance.now();
  await Promise.all(asked.map(({ url, path }) => ask({ url, token, path })));
  say(
    `  ${asked.length} reads at once, of listings, searches, jobs, runs and stats: all 200, ${seconds(performance.now() - before)}`,
  );
}

/** How soon a node starts a run that was requested from the other, whose one place is taken. */
async function showWakeUp(one: Node, two: Node, token: string): Promise<void> {
  const held = await running(one, token, 'mails');
  const { node } = await getRun(one.url, token, held);
  const busy = node === (await one.id(token)) ? one : two;
  const asked = performance.now();
  await succeed(busy.url, token, 'index');
  say(
    `  a run asked of a node whose places are full: done elsewhere after ${seconds(performance.now() - asked)}`,
  );
  await cancel(one, token, held);
}

async function showKill(nodes: Node[], token: string): Promise<void> {
  const [one, two] = twoOf(nodes);
  const run = await running(one, token, 'mails');
  const { node } = await getRun(one.url, token, run);
  const [victim, other] = node === (await one.id(token)) ? [one, two] : [two, one];
  const otherId = await other.id(token);
  const killed = performance.now();
  await victim.kill();
  const taken = await until('the run continues elsewhere', WAIT_MS, async () => {
    const seen = await getRun(other.url, token, run);
    return seen.node === otherId && seen.status === 'running' ? seen : undefined;
  });
  say(
    `  kill -9: its run continues on the other node after ${seconds(performance.now() - killed)}; recoveries ${taken.recoveries}`,
  );
  nodes.splice(nodes.indexOf(victim), 1);
  await cancel(other, token, run);
}

/** No session state may stay on a connection that another client gets next. */
async function showSessions({ pooler, directUrl, isDirect }: Rehearsal): Promise<void> {
  const clients = await Promise.all(Array.from({ length: 8 }, () => connected(pooler.url)));
  const seen = await Promise.all(
    clients.map(async (client) => {
      await client.query('BEGIN');
      const { rows } = await client.query(SESSION_STATE);
      return rows[0];
    }),
  );
  for (const client of clients) {
    await client.query('COMMIT');
    await client.end();
  }
  const direct = await connected(directUrl);
  const { rows } = await direct.query(BACKENDS);
  await direct.end();
  const different = [...new Set(seen.map((row) => JSON.stringify(row)))];
  say(
    `  settings, prepared statements and channels on ${seen.length} pooled connections: ${different.join(' or ')}`,
  );
  say(
    `  connections to the server: ${rows.map((row) => `${row.count} ${row.name} (${row.locks} locks)`).join(', ')}`,
  );
  if (isDirect && different.length > 1) throw new Error('session state stayed on a connection');
}

/** The server restarts behind the pooler; then the pooler is down for longer than a lease. */
async function showAway({ nodes, token, pooler }: Rehearsal): Promise<void> {
  const [node] = nodes;
  if (node === undefined) throw new Error('a node is required');
  const id = await node.id(token);
  const back = async (what: string) => {
    const since = performance.now();
    await until('a run succeeds again', WAIT_MS, () => hasSucceeded(node.url, token, 'cleanup'));
    const isSame = (await node.id(token)) === id;
    say(
      `  ${what}: a run has succeeded ${seconds(performance.now() - since)} after it was back; the node has ${isSame ? 'kept' : 'lost'} its lease`,
    );
  };
  await server.restart('fast');
  await back('the server restarted');
  await pooler.without(() => delay(POOLER_AWAY_MS));
  await back(`the pooler was away for ${seconds(POOLER_AWAY_MS)}`);
}

async function hasSucceeded(url: string, token: string, jobId: string): Promise<true | undefined> {
  try {
    await succeed(url, token, jobId);
    return true;
  } catch {
    return undefined;
  }
}

/** The URL for a user who is not a superuser. */
async function ownedDatabase(name: string): Promise<string> {
  const admin = await connected(server.url);
  const { rows } = await admin.query("SELECT FROM pg_roles WHERE rolname = 'greenvue'");
  if (rows.length === 0) await admin.query("CREATE ROLE greenvue LOGIN PASSWORD 'secret'");
  await admin.query(`CREATE DATABASE ${name} OWNER greenvue`);
  await admin.end();
  return `postgres://greenvue:secret@127.0.0.1:${server.port}/${name}`;
}
