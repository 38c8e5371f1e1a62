import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { SECRETS_KEY } from '../src/testing/test-app.ts';
import { listOf, partOf, textOf, textsOf } from '../src/testing/test-bodies.ts';
import { createTestPostgres, temporaryFolder } from '../src/testing/test-database.ts';
import { freePort, type TestProcess } from '../src/testing/test-process.ts';
import { startSmtp } from '../src/testing/test-smtp.ts';
import { becomeOperator, fillDatabase, type Operator, operatorOn, startServer } from './operator.ts';
import { type Env, until } from './shell.ts';

const PASSWORD = 'correct horse battery';
const DAY_MS = 86_400_000;

/** The variables of nodes on one database. The nodes share no folder. */
async function environments(
  count: number,
  url: string,
  more: Env = {},
): Promise<(Env & { readonly PORT: string })[]> {
  return Promise.all(
    Array.from({ length: count }, async () => ({
      DATABASE_URL: url,
      SECRETS_KEY,
      DATA_DIR: await temporaryFolder(),
      PORT: String(await freePort()),
      ...more,
    })),
  );
}

/** Opens a connection to the nodes' database, which must be PostgreSQL. */
async function openCounter(url: string) {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  onTestFinished(() => client.end());
  return async (sql: string) => {
    const { rows } = await client.query({ text: sql, rowMode: 'array' });
    return Number(rows[0]?.[0]);
  };
}

test('three nodes that start at once on an empty database are one GreenVue', async () => {
  const url = await createTestPostgres();
  const smtp = await startSmtp();
  const envs = await environments(3, url, { SMTP_URL: smtp.url });
  const nodes = await Promise.all(envs.map(startServer));
  const count = await openCounter(url);
  // One migration, one admin with one password, and one secret that signs tokens.
  expect(await count("SELECT count(*) FROM greenvue.users WHERE role = 'admin'")).toBe(1);
  expect(await count('SELECT count(*) FROM greenvue.settings')).toBe(2);
  expect(await count("SELECT count(*) FROM greenvue.audit WHERE action = 'user.first_admin'")).toBe(1);
  for (const node of nodes) expect(node.output.stderr).toBe('');

  // A session that one node creates is valid at the other nodes.
  const [one, two, three] = envs.map(({ PORT }) => operatorOn(PORT));
  if (one === undefined || two === undefined || three === undefined)
    throw new Error('three nodes are required');
  const account = { email: 'ann@example.com', password: PASSWORD };
  const registered = await one.ask('POST', '/api/auth/register', { ...account, name: 'Ann' });
  expect(registered.status).toBe(201);
  const again = await two.ask('POST', '/api/auth/register', { ...account, name: 'Ann' });
  expect(again.status).toBe(409);
  const login = await two.ask('POST', '/api/auth/login', account);
  const ann = operatorOn(envs[2]?.PORT ?? '', `Bearer ${textOf(login.body, 'access_token')}`);
  expect((await ann.ask('GET', '/api/auth/me')).body).toMatchObject({ email: 'ann@example.com' });

  // A refresh token has one successor on any node. After that was used, the old token ends the family on
  // all nodes.
  const refresh = (node: Operator, token: string) =>
    node.ask('POST', '/api/auth/refresh', { refresh_token: token });
  const first = textOf(login.body, 'refresh_token');
  const raced = await Promise.all([refresh(one, first), refresh(two, first), refresh(three, first)]);
  const [next = '', ...others] = new Set(raced.map(({ body }) => textOf(body, 'refresh_token')));
  expect(others).toEqual([]);
  const last = await refresh(two, next);
  expect(last.status).toBe(200);
  expect((await refresh(one, first)).status).toBe(401);
  expect((await refresh(three, textOf(last.body, 'refresh_token'))).status).toBe(401);
  // The family's access tokens end, too.
  expect((await ann.ask('GET', '/api/auth/me')).status).toBe(401);
  const { body: session } = await three.ask('POST', '/api/auth/login', account);
  const annAgain = operatorOn(envs[2]?.PORT ?? '', `Bearer ${textOf(session, 'access_token')}`);

  // The token of the terminal is valid on each node until one node revokes it.
  const { authorization } = await becomeOperator(envs[0] ?? {});
  const [a, b, c] = envs.map(({ PORT }) => operatorOn(PORT, authorization));
  if (a === undefined || b === undefined || c === undefined) throw new Error('three nodes are required');
  const listing = {
    title: 'Oak sideboard',
    description: 'Of the fifties',
    category: 'home',
    price_cents: 12_000,
    currency: 'EUR',
    condition: 'good',
  };
  const listed = await annAgain.ask('POST', '/api/listings', listing);
  expect(listed.status, JSON.stringify(listed.body)).toBe(201);
  expect((await one.ask('GET', `/api/listings/${textOf(listed.body, 'id')}`)).body).toEqual(listed.body);

  // A job created on one node is visible on every node and runs on any of them.
  const jobs = {
    index: { type: 'update_search_index' },
    rebuild: { type: 'update_search_index', payload: { fullReindex: true } },
    welcome: { type: 'send_notifications', payload: { template: 'welcome' } },
    cleanup: { type: 'cleanup_expired_listings' },
  };
  for (const [id, job] of Object.entries(jobs)) {
    expect((await a.ask('POST', '/api/jobs', { id, name: id, on_demand: true, ...job })).status).toBe(201);
  }
  const made = await a.ask('GET', '/api/jobs/index');
  expect((await b.ask('GET', '/api/jobs/index')).body).toEqual(made.body);
  expect(await b.run('index')).toMatchObject({ indexed: 1 });
  for (const node of [one, two, three]) {
    const { body } = await node.ask('GET', '/api/listings?q=sideb');
    expect(textsOf(listOf(body, 'data'), 'id')).toEqual([textOf(listed.body, 'id')]);
  }
  expect(await c.run('rebuild')).toMatchObject({ indexed: 1 });
  expect(await a.run('cleanup')).toEqual({ removed: 0, batches: 0 });
  // A node confirms the address of a mail that another node sent.
  await expect.poll(() => smtp.received.length).toBe(1);
  const [token] = /gvc_[\w-]{43}/.exec(smtp.received[0]?.message.replaceAll(/=\r?\n/g, '') ?? '') ?? [];
  expect((await c.ask('POST', '/api/auth/confirm-email', { token })).status).toBe(204);
  // One node queues the welcome mail; the node with the run sends it once.
  expect(await b.run('welcome')).toEqual({ sent: 1, failed: 0, remaining: 0 });
  expect(smtp.received.map(({ to }) => to)).toEqual([['ann@example.com'], ['ann@example.com']]);
  expect(partOf((await annAgain.ask('GET', '/api/notifications')).body, 'data')).toMatchObject([
    { status: 'sent' },
  ]);

  const changes = await b.ask('GET', '/api/audit?action=job.create');
  expect(listOf(changes.body, 'data')).toHaveLength(4);
  const tokens = await c.ask('GET', '/api/tokens');
  expect((await c.ask('DELETE', `/api/tokens/${textOf(tokens.body, 'data', 0, 'id')}`)).status).toBe(204);
  for (const node of [a, b, c]) expect((await node.ask('GET', '/api/jobs')).status).toBe(401);

  // A stopped node ends in order, and the others continue.
  nodes[0]?.child.kill('SIGTERM');
  expect(await nodes[0]?.ended()).toBe(0);
  expect((await annAgain.ask('GET', '/api/auth/me')).status).toBe(200);
  expect((await two.ask('GET', '/readyz')).status).toBe(200);
});

interface Work {
  readonly job: object;
  /** The table that the work changes batch by batch. */
  readonly table: string;
  /** A query for the progress. */
  readonly done: string;
  readonly total: number;
  /** What must hold after another node has done the rest. */
  check(outcome: {
    readonly result: unknown;
    readonly count: (sql: string) => Promise<number>;
    readonly operator: Operator;
    readonly received: readonly { readonly to: readonly string[] }[];
  }): Promise<void>;
}

/** Three batches. */
const COUNT = 400;
const MAILS = 50;

const WORKS: Readonly<Record<string, Work>> = {
  cleanup: {
    job: { type: 'cleanup_expired_listings' },
    table: 'greenvue.listings',
    done: `SELECT ${COUNT} - count(*) FROM greenvue.listings`,
    total: COUNT,
    async check({ count }) {
      expect(await count('SELECT count(*) FROM greenvue.listings')).toBe(0);
      const mails = "FROM greenvue.notifications WHERE template = 'listing_expired'";
      expect(await count(`SELECT count(*) ${mails}`)).toBe(COUNT);
      expect(await count(`SELECT count(DISTINCT data::json ->> 'listing_id') ${mails}`)).toBe(COUNT);
    },
  },
  'rebuilding the search index': {
    job: { type: 'update_search_index', payload: { fullReindex: true } },
    table: 'greenvue.search_b',
    done: 'SELECT count(*) FROM greenvue.search_b',
    total: COUNT,
    async check({ result, count, operator }) {
      expect(result).toMatchObject({ indexed: COUNT });
      expect(await count('SELECT count(*) FROM greenvue.search_b')).toBe(COUNT);
      // The table that the killed node was building is gone, and no triggers fill it.
      expect(await count('SELECT count(*) FROM greenvue.search_a')).toBe(0);
      expect(await count('SELECT count(build_id) FROM greenvue.search_state')).toBe(0);
      const { body } = await operator.ask('GET', '/api/listings?q=oak&limit=1');
      expect(listOf(body, 'data')).toHaveLength(1);
    },
  },
  sending: {
    job: { type: 'send_notifications', payload: { template: 'default', batchSize: 10 } },
    table: 'greenvue.notifications',
    done: "SELECT count(*) FROM greenvue.notifications WHERE status = 'sent'",
    total: MAILS,
    async check({ count, received }) {
      expect(await count("SELECT count(*) FROM greenvue.notifications WHERE status <> 'sent'")).toBe(0);
      // At least once each. Only the batch in flight when the node died may be sent twice.
      expect(received.length).toBeGreaterThanOrEqual(MAILS);
      expect(received.length).toBeLessThanOrEqual(MAILS + 10);
    },
  },
};

test.each(Object.entries(WORKS))(
  'a node that is killed at its %s is followed by another, which does the rest',
  async (_, work) => {
    const url = await createTestPostgres();
    const smtp = await startSmtp();
    await fillDatabase({ url }, { sellers: 50, listings: COUNT, notifications: MAILS }, (market) => ({
      ...market,
      listings: market.listings.map((one) => ({ ...one, created_at: one.created_at - 60 * DAY_MS })),
      notifications: market.notifications.map((one) => ({ ...one, dueAt: 1 })),
    }));
    const count = await openCounter(url);
    const env = { SMTP_URL: smtp.url, MAIL_PER_ADDRESS_PER_DAY: '1000' };
    const [first, other] = await environments(2, url, env);
    if (first === undefined || other === undefined) throw new Error('two nodes are required');
    const nodes = await Promise.all([first, other].map(startServer));
    const { authorization } = await becomeOperator(other);
    const operator = operatorOn(first.PORT, authorization);
    const job = { id: 'work', name: 'Work', on_demand: true, ...work.job };
    expect((await operator.ask('POST', '/api/jobs', job)).status).toBe(201);

    await count('SELECT pg_advisory_lock(1)');
    await count(stopAfterFirstBatch(work));
    const id = await whileFrozen(nodes[1], async () => {
      const { body } = await operator.ask('POST', '/api/jobs/work/runs');
      await until('the run is working', async () => (await count(work.done)) > 0);
      return textOf(body, 'id');
    });
    nodes[0]?.child.kill('SIGKILL');
    expect(await nodes[0]?.ended()).toBe('SIGKILL');
    await count('SELECT pg_advisory_unlock(1)::integer');
    const done = await count(work.done);
    expect(done).toBeGreaterThan(0);
    expect(done).toBeLessThan(work.total);

    const successor = operatorOn(other.PORT, authorization);
    const run = await successor.finished(id);
    expect(run).toMatchObject({ status: 'succeeded', attempt: 1, recoveries: 1, errors: [] });
    await work.check({ result: partOf(run, 'result'), count, operator: successor, received: smtp.received });
  },
);

/** SQL: transactions that begin after the first batch wait for the advisory lock of the test. */
function stopAfterFirstBatch({ table, done }: Work): string {
  return `DO $do$ BEGIN
    CREATE TABLE greenvue.first_batch (id xid8 PRIMARY KEY);
    CREATE FUNCTION greenvue.wait_for_test() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF (${done}) = 0 THEN
        INSERT INTO greenvue.first_batch VALUES (pg_current_xact_id()) ON CONFLICT DO NOTHING;
      ELSIF NOT EXISTS (SELECT FROM greenvue.first_batch WHERE id = pg_current_xact_id()) THEN
        PERFORM pg_advisory_xact_lock(1);
      END IF;
      RETURN NULL;
    END $$;
    CREATE TRIGGER wait_for_test BEFORE INSERT OR UPDATE OR DELETE ON ${table}
      FOR EACH STATEMENT EXECUTE FUNCTION greenvue.wait_for_test();
  END $do$`;
}

/**
 * The other node must be the one that claims. A node that is frozen for longer than its lease joins again.
 */
async function whileFrozen<T>(node: TestProcess | undefined, act: () => Promise<T>): Promise<T> {
  node?.child.kill('SIGSTOP');
  try {
    return await act();
  } finally {
    node?.child.kill('SIGCONT');
  }
}
