// `npm run rehearse -- failover`: two nodes of GreenVue on a primary with a streaming standby. The primary is
// killed, the standby promoted, and the address moved to it, for a standby that is up to date, one that is a
// second behind, and a synchronous one. Fails if a synchronous standby loses what was acknowledged, if another
// one loses more than it was behind, or if a promise does not hold afterwards. Needs only npm packages.
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CALM, startProxy } from '../../packages/jobs/test/chaos/proxy.ts';
import { freePort, type PostgresServer, startPostgres } from '../postgres/server.ts';
import { brokenInvariants } from './invariants.ts';
import {
  ask,
  getRun,
  type Node,
  nodeIds,
  runCli,
  runsOf,
  say,
  seconds,
  startNode,
  startSlowMail,
  trigger,
  until,
} from './node.ts';
import { type Address, createAddress, end, makeSynchronous, startStandby } from './standby.ts';
import { NO_LIMITS, query, running, scheduleMails, twoOf, WAIT_MS } from './steps.ts';

interface Standby {
  readonly title: string;
  readonly isSynchronous: boolean;
  /** How far it is behind when the primary dies. */
  readonly behindMs: number;
  /** A node also dies, just after the promotion. */
  readonly isNodeKilled: boolean;
}

const STANDBYS: readonly Standby[] = [
  { title: 'asynchronous, up to date', isSynchronous: false, behindMs: 0, isNodeKilled: true },
  { title: 'asynchronous, 1 s behind', isSynchronous: false, behindMs: 1_000, isNodeKilled: false },
  { title: 'synchronous, up to date', isSynchronous: true, behindMs: 0, isNodeKilled: false },
  { title: 'synchronous, 1 s behind', isSynchronous: true, behindMs: 1_000, isNodeKilled: false },
];
/** As in the guide: ids of lost commits are not used again. */
const SKIP_IDS = "SELECT setval('greenvue_jobs.ids', nextval('greenvue_jobs.ids') + 1000000)";
const SETTLED_MS = 16_000;
/** A commit is acknowledged before it is sent to an asynchronous standby. */
const SENT_WITHIN_MS = 500;
/** Jobs with a slot every second. */
const RECURRING = 20;

for (const standby of STANDBYS) {
  say(`\n${standby.title}`);
  await rehearse(standby);
}
// The connections to the standbys stay open otherwise.
process.exit();

async function rehearse(plan: Standby): Promise<void> {
  const cleanUps: (() => unknown)[] = [];
  try {
    const folder = await mkdtemp('/tmp/greenvue-failover-');
    cleanUps.push(() => rm(folder, { recursive: true, force: true }));
    // The servers in it run as another user.
    await chmod(folder, 0o755);
    const primary = await startPostgres({ dataDir: join(folder, 'primary') });
    cleanUps.push(() => primary.stop());
    const wire = await startProxy(primary.port);
    const standby = await startStandby({ primary, folder, wirePort: wire.port });
    cleanUps.push(() => standby.stop());
    if (plan.isSynchronous) await makeSynchronous(primary.url);
    const address = await createAddress(primary.port);
    cleanUps.push(() => address.close());
    const url = new URL(await primary.createDatabase('greenvue'));
    url.port = String(address.port);
    const mail = await startSlowMail(500);
    cleanUps.push(() => mail.close());
    const nodes: Node[] = [];
    cleanUps.push(() => Promise.all(nodes.map((node) => node.kill())));
    const env = { DATABASE_URL: url.href, SMTP_URL: mail.url, JOBS_CONCURRENCY: '2' };
    for (let n = 0; n < 2; n++) nodes.push(await startNode(await freePort(), { ...env, ...NO_LIMITS }));
    const token = await runCli(['token'], env);
    await failOver({ plan, primary, standby, wire, address, nodes, token });
  } finally {
    for (let cleanUp = cleanUps.pop(); cleanUp; cleanUp = cleanUps.pop()) await cleanUp();
  }
}

interface Cluster {
  readonly plan: Standby;
  readonly primary: PostgresServer;
  readonly standby: PostgresServer;
  readonly wire: Awaited<ReturnType<typeof startProxy>>;
  readonly address: Address;
  readonly nodes: Node[];
  readonly token: string;
}

async function failOver(cluster: Cluster): Promise<void> {
  const { plan, primary, standby, wire, address, nodes, token } = cluster;
  const [one] = twoOf(nodes);
  await prepare(one, token);
  const before = nodeIds(await ask({ url: one.url, token, path: '/api/job-stats' })).toSorted();
  const held = await running(one, token, 'mails');
  // No node is declared dead for one lease after the server's start.
  await delay(SETTLED_MS);

  const stream = startTriggers(nodes, token);
  await delay(3_000);
  if (plan.behindMs > 0) wire.set({ ...CALM, toNode: 'hold' });
  await delay(plan.behindMs);
  const died = performance.now();
  await end(primary);
  stream.mark();
  await query(standby.url, 'SELECT pg_promote()');
  const database = new URL(standby.url);
  database.pathname = '/greenvue';
  await query(database.href, SKIP_IDS);
  address.lead(standby.port);
  const promoted = performance.now();
  say(`  primary killed; standby promoted, and the address led to it, after ${seconds(promoted - died)}`);
  if (plan.isNodeKilled) {
    await showDeath({ cluster, held, promoted });
    await stream.stop();
    return await checkInvariants(database.href);
  }
  for (const [n, node] of nodes.entries()) {
    const at = await until('a node answers', WAIT_MS, async () => stream.firstSince(node.url, promoted));
    say(`  node ${n + 1}: the first request answered ${seconds(at - promoted)} after the promotion`);
  }
  await delay(SETTLED_MS);
  await stream.stop();
  await until('the runs are done', WAIT_MS, async () => {
    const runs = await runsOf(one.url, token, 'quick');
    return runs.every(({ status }) => status !== 'queued' && status !== 'running') ? true : undefined;
  });
  await checkLoss({ stream, url: one.url, token, plan, died });
  await checkInvariants(database.href);
  const after = nodeIds(await ask({ url: one.url, token, path: '/api/job-stats' })).toSorted();
  const { status, recoveries } = await getRun(one.url, token, held);
  say(
    `  nodes ${before.join() === after.join() ? 'the same' : 'OTHERS'} 16 s later; the run that was running: ${status}, recoveries ${recoveries}`,
  );
}

interface LossInput {
  readonly stream: Triggers;
  readonly url: string;
  readonly token: string;
  readonly plan: Standby;
  readonly died: number;
}

/** Shows what was acknowledged and is lost. Throws if that is more than the standby may lose. */
async function checkLoss({ stream, url, token, plan, died }: LossInput): Promise<void> {
  const there = new Map((await runsOf(url, token, 'quick')).map((run) => [run.id, run.status]));
  const lost = stream.acknowledged.filter(({ id }) => !there.has(id));
  const failed = [...there.values()].filter((status) => status !== 'succeeded').length;
  const twice = stream.acknowledged.length - new Set(stream.acknowledged.map(({ id }) => id)).size;
  say(
    `  of ${stream.acknowledged.length} acknowledged runs, ${stream.acknowledgedBefore()} of them before: ${lost.length} lost, ${failed} not succeeded, ${twice} ids given twice`,
  );
  if (lost.length > 0) {
    const oldest = Math.min(...lost.map(({ at }) => at));
    say(`  the oldest lost run was acknowledged ${seconds(died - oldest)} before the primary died`);
    if (plan.isSynchronous) throw new Error('A synchronous standby has lost acknowledged runs.');
    if (died - oldest > plan.behindMs + SENT_WITHIN_MS)
      throw new Error('The standby has lost runs that are older than it was behind.');
  }
  if (failed + twice > 0) throw new Error('Runs have not succeeded, or share an id.');
}

async function checkInvariants(url: string): Promise<void> {
  const broken = await brokenInvariants(url);
  if (broken.length > 0) throw new Error(`Broken after the failover:\n${broken.join('\n')}`);
  const [row] = await query(
    url,
    'SELECT count(*) AS slots FROM greenvue_jobs.runs WHERE scheduled_for IS NOT NULL',
  );
  say(`  all promises hold on the new primary; ${String(row?.slots)} slots of recurring jobs checked`);
}

/**
 * The node with the held run dies with the primary. No node is declared dead for one lease after the
 * promotion.
 */
async function showDeath(what: {
  readonly cluster: Cluster;
  readonly held: string;
  readonly promoted: number;
}) {
  const { cluster, held, promoted } = what;
  const { nodes, token } = cluster;
  const [one, two] = twoOf(nodes);
  const { node } = await until('a node answers', WAIT_MS, () =>
    getRun(one.url, token, held).catch(() => undefined),
  );
  const isFirst =
    node === (await until('it knows its id', WAIT_MS, () => one.id(token).catch(() => undefined)));
  const [victim, other] = isFirst ? [one, two] : [two, one];
  await victim.kill();
  const killed = performance.now();
  await until('the run continues elsewhere', WAIT_MS, async () => {
    const run = await getRun(other.url, token, held).catch(() => undefined);
    return run?.status === 'running' && run.recoveries === 1 ? true : undefined;
  });
  const now = performance.now();
  say(
    `  a node killed ${seconds(killed - promoted)} after the promotion: its run continues elsewhere ${seconds(now - promoted)} after the promotion`,
  );
}

async function prepare(node: Node, token: string): Promise<void> {
  const mails = { id: 'mails', name: 'Mails', type: 'send_notifications', on_demand: true };
  const quick = { id: 'quick', name: 'Quick', type: 'send_notifications', on_demand: true, overlap: 'allow' };
  const payload = { template: 'welcome' };
  const recurring = Array.from({ length: RECURRING }, (_, n) => ({
    id: `each-second-${n}`,
    name: 'Each second',
    type: 'send_notifications',
    interval: '1s',
    overlap: n % 2 === 0 ? 'skip' : 'queue',
    payload,
  }));
  for (const body of [mails, { ...quick, payload }, ...recurring])
    await ask({ url: node.url, token, path: '/api/jobs', method: 'POST', body });
  await scheduleMails(node, token);
}

interface Triggers {
  readonly acknowledged: { readonly id: string; readonly at: number; readonly url: string }[];
  /** Marks the time of the primary's death. */
  mark(): void;
  acknowledgedBefore(): number;
  firstSince(url: string, since: number): number | undefined;
  stop(): Promise<void>;
}

/** Triggers runs on each node, one by one. */
function startTriggers(nodes: readonly Node[], token: string): Triggers {
  const acknowledged: { id: string; at: number; url: string }[] = [];
  let isOver = false;
  let marked = 0;
  const loops = nodes.map(async ({ url }) => {
    while (!isOver) {
      const run = await trigger(url, token, 'quick').catch(() => undefined);
      if (run !== undefined) acknowledged.push({ id: run.id, at: performance.now(), url });
      await delay(25);
    }
  });
  return {
    acknowledged,
    mark: () => {
      marked = performance.now();
    },
    acknowledgedBefore: () => acknowledged.filter(({ at }) => at < marked).length,
    firstSince: (url, since) => acknowledged.find((run) => run.url === url && run.at > since)?.at,
    async stop() {
      isOver = true;
      await Promise.all(loops);
    },
  };
}
