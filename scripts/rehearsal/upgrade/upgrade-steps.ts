import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { freePort } from '../../postgres/server.ts';
import { type Api, allRuns, checkGrid, settledRuns } from '../history.ts';
import { ask, type Env, type Node, ROOT, runCli, startNode, trigger } from '../node.ts';
import { type Acknowledged, GRID, prepareLoad, startLoad, startMailbox } from '../restore/restore-load.ts';
import { NO_LIMITS } from '../steps.ts';
import { type EarlierVersion, schemasOf } from './earlier-version.ts';

const WORK_MS = 4_000;
const JWT_SECRET = 'a rehearsal signs its access tokens with these words 7391';
const FINISHED = ['succeeded', 'failed', 'cancelled', 'skipped'];

/** A server of the earlier version works and is killed; today's server continues on its files. */
export async function upgradeServer(version: EarlierVersion, dataDir: string): Promise<string> {
  return withSite({ DATA_DIR: dataDir }, async (site) => {
    const old = await site.start(version.root);
    const token = await runCli(['token'], site.env, version.root);
    await prepareJobs(old, token);
    const runs = await work([old], token);
    const before = await look({ url: old.url, token });
    await old.kill();
    const updatedAt = Date.now();
    const now = await site.start(ROOT);
    await check({ api: { url: now.url, token }, runs, before, updatedAt });
    await now.kill();
    return `${runs.length} runs by hand done, ${before.finished.size} finished rows kept; ${await refuse(site, version, 'sqlite')}`;
  });
}

/** Nodes of both versions share the load; each one is killed in turn, and the other one takes over. */
export async function upgradeNodes(version: EarlierVersion, url: string): Promise<string> {
  return withSite({ DATABASE_URL: url }, async (site) => {
    const old = await site.start(version.root);
    const token = await runCli(['token'], site.env, version.root);
    await prepareJobs(old, token);
    const runs = [...(await work([old], token))];
    const before = await look({ url: old.url, token });
    const updatedAt = Date.now();
    const first = await site.start(ROOT);
    runs.push(...(await work([old, first], token)));
    // The earlier version takes over from today's, alone on the newer schema.
    await first.kill();
    runs.push(...(await work([old], token)));
    const second = await site.start(ROOT);
    runs.push(...(await work([old, second], token)));
    // And the other way round.
    await old.kill();
    runs.push(...(await work([second], token)));
    await check({ api: { url: second.url, token }, runs, before, updatedAt });
    await second.kill();
    return `${runs.length} runs by hand done beside ${before.finished.size} finished rows; ${await refuse(site, version, 'postgres')}`;
  });
}

interface Site {
  readonly env: Env;
  start(root: string): Promise<Node>;
}

async function withSite(env: Env, use: (site: Site) => Promise<string>): Promise<string> {
  const mailbox = await startMailbox();
  const nodes: Node[] = [];
  const all = { ...env, ...NO_LIMITS, SMTP_URL: mailbox.url, JOBS_CONCURRENCY: '5', JWT_SECRET };
  try {
    return await use({
      env: all,
      async start(root) {
        const node = await startNode(await freePort(), all, root);
        nodes.push(node);
        return node;
      },
    });
  } finally {
    await Promise.all(nodes.map((node) => node.kill()));
    mailbox.close();
  }
}

async function prepareJobs(node: Node, token: string): Promise<void> {
  await prepareLoad([node], token);
  const make = (body: object) => ask({ url: node.url, token, path: '/api/jobs', method: 'POST', body });
  const base = { name: 'A job', type: 'update_search_index' };
  await make({ ...base, id: 'far', interval: '1000h' });
  await make({ ...base, id: 'nightly', cron: '30 3 * * *', timezone: 'Europe/Berlin' });
  await make({ ...base, id: 'paused', interval: '1s' });
  const body = { reason: 'maintenance' };
  await ask({ url: node.url, token, path: '/api/jobs/paused/pause', method: 'POST', body });
}

async function work(nodes: readonly Node[], token: string): Promise<readonly Acknowledged[]> {
  const load = startLoad(nodes, token);
  await delay(WORK_MS);
  await load.stop();
  return load.runs;
}

interface Before {
  /** The definition and the schedule of each job that must not move. */
  readonly jobs: readonly object[];
  readonly finished: ReadonlyMap<string, string>;
}

const jobSchema = z.object({
  id: z.string(),
  status: z.string(),
  next_run: z.string().nullable(),
  interval: z.string().nullable(),
  cron: z.string().nullable(),
  payload: z.unknown(),
  pause: z.object({ reason: z.string().nullable() }).nullish(),
});

async function look(api: Api): Promise<Before> {
  const jobs = await Promise.all(
    ['far', 'nightly', 'paused'].map(async (id) =>
      jobSchema.parse(await ask({ ...api, path: `/api/jobs/${id}` })),
    ),
  );
  const runs = await Promise.all([...GRID, 'by-hand'].map((id) => allRuns(api, id)));
  const finished = runs.flat().filter(({ status }) => FINISHED.includes(status));
  return { jobs, finished: new Map(finished.map(({ id, status }) => [id, status])) };
}

interface Upgraded {
  readonly api: Api;
  readonly runs: readonly Acknowledged[];
  readonly before: Before;
  readonly updatedAt: number;
}

async function check({ api, runs, before, updatedAt }: Upgraded): Promise<void> {
  const fresh = await trigger(api.url, api.token, 'by-hand');
  const byHand = await settledRuns(api, 'by-hand');
  const statuses = new Map(byHand.map(({ id, status }) => [id, status]));
  for (const { id } of [...runs, fresh]) assert.equal(statuses.get(id), 'succeeded', `run ${id} of by-hand`);
  await settledRuns(api, 'mails');
  for (const id of GRID) {
    const rows = await settledRuns(api, id);
    checkGrid(id, rows, updatedAt);
    for (const row of rows) statuses.set(row.id, row.status);
  }
  for (const [id, status] of before.finished)
    assert.equal(statuses.get(id), status, `the finished run ${id}`);
  assert.deepEqual((await look(api)).jobs, before.jobs);
}

/** The earlier version must refuse the newer database with one line. Returns it, or why there is none. */
async function refuse(site: Site, version: EarlierVersion, store: 'sqlite' | 'postgres'): Promise<string> {
  const schemas = schemasOf(version.root, store);
  if (schemas === schemasOf(ROOT, store))
    return `no downgrade was tried, because both versions have the same schemas (${schemas})`;
  const log = await site.start(version.root).then(
    () => assert.fail('the earlier version started on the newer database'),
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  const lines = log.trim().split('\n').slice(1);
  assert.equal(lines.length, 1, log);
  return `then refused (it knows ${schemas}): ${lines[0]}`;
}
