// `npm run rehearse -- old-data [--from COMMIT]...`: a server of an earlier commit fills its SQLite files, and
// apps/api/test/old-data keeps them, with what its API said of them. old-data.test.ts opens them with today's server.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { z } from 'zod';
import { freePort } from '../postgres/server.ts';
import { ask, type Env, ROOT, runCli, say, startNode, until } from './node.ts';
import { NO_LIMITS } from './steps.ts';
import { unpackCommit } from './upgrade/earlier-version.ts';

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: { from: { type: 'string', multiple: true, default: ['b97e662f', 'e0dc25e1'] } },
});
const FOLDER = join(ROOT, 'apps/api/test/old-data');
const SECRETS_KEY = 'the key of kept files is long enough';
const ADMIN = { ADMIN_EMAIL: 'admin@greenvue.local', ADMIN_PASSWORD: 'correct horse battery' };
/** No slot is due before then, so that what the files say of slots stays true. */
const FAR = '2100-01-01T00:00:00.000Z';

const job = { name: 'A job', type: 'update_search_index' };
const byHand = { ...job, on_demand: true };
/** Requests that a version does not know are left out. */
const REQUESTS: readonly (readonly [path: string, body: object, method?: 'PUT'])[] = [
  ['jobs', { ...job, id: 'far', description: 'Ω "x"\n', interval: '24h', start_at: FAR, overlap: 'queue' }],
  ['jobs', { ...job, id: 'once', run_at: FAR, max_attempts: 7, backoff: { initial: '3s', max: '9s' } }],
  ['jobs', { ...job, id: 'paused', cron: '30 3 * * *', timezone: 'Europe/Berlin' }],
  ['jobs/paused/pause', { reason: 'maintenance' }],
  ['jobs', { ...byHand, id: 'by-hand', overlap: 'allow' }],
  ['jobs/by-hand/runs', { dedupe_key: 'one' }],
  ['jobs/by-hand/runs', {}],
  ['jobs/by-hand/runs', { run_at: FAR }],
  [
    'jobs',
    {
      id: 'mails',
      name: 'Mails',
      type: 'send_notifications',
      on_demand: true,
      payload: { template: 'welcome' },
    },
  ],
  ['jobs', { ...byHand, id: 'tagged', tags: ['billing', 'eu'] }],
  ['jobs', { ...job, id: 'follower', after: { job: 'tagged', on: 'succeeded' } }],
  ['jobs/tagged/runs', {}],
  ['jobs', { ...job, id: 'expiring', interval: '24h', start_at: FAR, expire_after: '2h' }],
  ['secrets/shop', { value: 'a secret of the shop' }, 'PUT'],
  [
    'jobs',
    {
      id: 'calls',
      name: 'Calls',
      type: 'http_request',
      on_demand: true,
      max_attempts: 1,
      payload: { url: 'https://shop.invalid/', headers: { 'x-key': { $secret: 'shop' } } },
    },
  ],
  ['jobs/calls/runs', {}],
];
/** The run of `by-hand` that waits for its `run_at`. */
const QUEUED = 1;
const SETTLED_MS = 60_000;
const CHAIN_MS = 3_000;
const pageSchema = z.object({ data: z.array(z.looseObject({ id: z.string() })) });

for (const commit of values.from) {
  const folder = mkdtempSync(join(tmpdir(), 'greenvue-old-'));
  const dataDir = join(folder, 'data');
  try {
    const { root, title } = unpackCommit(commit, join(folder, 'code'));
    say(title);
    const facts = await fill(root, { ...NO_LIMITS, ...ADMIN, SECRETS_KEY, DATA_DIR: dataDir });
    const files = readdirSync(dataDir).filter((name) => ['app.db', 'jobs.db', 'secrets-key'].includes(name));
    const data = Object.fromEntries(
      files.map((name) => [name, readFileSync(join(dataDir, name)).toString('base64')]),
    );
    const packed = gzipSync(JSON.stringify({ title, secretsKey: SECRETS_KEY, ...facts, files: data }), {
      level: 9,
    });
    writeFileSync(join(FOLDER, `${commit}.json.gz`), packed);
    say(`  ${files.join(', ')}: ${packed.length} bytes`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
process.exit();

async function fill(root: string, env: Env) {
  const node = await startNode(await freePort(), env, root);
  const token = await runCli(['token'], env, root);
  const api = { url: node.url, token };
  for (const [path, body, method = 'POST'] of REQUESTS) {
    await ask({ ...api, path: `/api/${path}`, method, body }).catch((error: unknown) =>
      say(`  left out: ${String(error).slice(0, 150)}`),
    );
  }
  const list = async (path: string) => pageSchema.parse(await ask({ ...api, path })).data;
  // The run of a chain begins after the end of its upstream run.
  await delay(CHAIN_MS);
  const runs = await until('the runs are done', SETTLED_MS, async () => {
    const all = await list('/api/runs?limit=100');
    const live = all.filter(({ status }) => status === 'queued' || status === 'running');
    return live.length === QUEUED ? all : undefined;
  });
  const each = (path: string, rows: readonly { readonly id: string }[]) =>
    Promise.all(rows.map(({ id }) => ask({ ...api, path: `${path}/${id}` })));
  const facts = {
    jobs: await each('/api/jobs', await list('/api/jobs?limit=100')),
    runs: await each('/api/runs', runs),
  };
  // A stop leaves no log beside the files.
  await node.stop();
  return facts;
}
