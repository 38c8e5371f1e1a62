import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, inject, it, type TestContext } from 'vitest';
import { bodyOf, serve } from '../outbound/test-server.ts';
import { createTestDatabase } from '../postgres/test-database.ts';
import { end, folderOfTest, startChildFor } from '../process/killed-child.ts';

const KILLS = 5;
const MANY = 2_000;
const CHILD = '../alerts/alert-child.ts';

/** Tests run at the same time, because most of each is the wait for the end of a killed process's lease. */
type Test = Pick<TestContext, 'expect' | 'onTestFinished'>;

/** A database that processes open, and that this one looks into. */
interface Place {
  readonly address: string;
  /** The only number that a statement selects. `schema.` stands before tables. */
  count(sql: string): Promise<number>;
}

async function sqlitePlace({ onTestFinished }: Test): Promise<Place> {
  const address = join(folderOfTest('alerts', onTestFinished), 'jobs.db');
  return {
    address,
    async count(sql) {
      const db = new DatabaseSync(address, { readOnly: true });
      try {
        return Number(Object.values(db.prepare(sql.replaceAll('schema.', '')).get() ?? {})[0]);
      } finally {
        db.close();
      }
    },
  };
}

async function postgresPlace({ onTestFinished }: Test): Promise<Place> {
  const database = await createTestDatabase(inject('postgresUrl'), 'alerts');
  onTestFinished(() => database.drop());
  return {
    address: database.url,
    async count(sql) {
      const [row = {}] = await database.rows(sql.replaceAll('schema.', 'greenvue_jobs.'));
      return Number(Object.values(row)[0]);
    },
  };
}

const FAILED = 'SELECT count(*) FROM schema.jobs WHERE failed_in_row > 0';
/** One statement, so that it sees one moment. */
const FAILED_WITHOUT_ALERT = `${FAILED} AND id NOT IN (SELECT job_id FROM schema.alert_deliveries)`;
const LEFT = `SELECT (SELECT count(*) FROM schema.live_runs)
  + (SELECT count(*) FROM schema.alert_deliveries WHERE status <> 'sent')`;

/** A webhook that hangs until `isUp`. */
async function startReceiver({ onTestFinished }: Test) {
  const receiver = {
    url: '',
    isUp: false,
    /** The ids of messages that got no answer. */
    tried: new Set<string>(),
    /** The alerts in each message that was taken. */
    taken: new Map<string, number>(),
  };
  const port = await serve(async (request, response) => {
    const id = String(request.headers['webhook-id']);
    const { data } = JSON.parse(await bodyOf(request)) as { readonly data: { readonly count: number } };
    if (!receiver.isUp) return void receiver.tried.add(id);
    receiver.taken.set(id, data.count);
    response.end();
  }, onTestFinished);
  receiver.url = `http://127.0.0.1:${port}/`;
  return receiver;
}

/** All that failed was told, each message under the id with which it was tried. */
async function untilTold(
  { expect }: Test,
  { count }: Place,
  { tried, taken }: Awaited<ReturnType<typeof startReceiver>>,
) {
  await expect.poll(() => count(LEFT)).toBe(0);
  expect([...taken.values()].reduce((sum, alerts) => sum + alerts, 0)).toBe(await count(FAILED));
  expect(tried.size).toBeGreaterThan(0);
  expect([...taken.keys()]).toEqual(expect.arrayContaining([...tried]));
}

// Promise P24, alerts.
describe.concurrent.each([
  ['SQLite', sqlitePlace],
  ['PostgreSQL', postgresPlace],
])('alerts of a killed process on %s', (_, makePlace) => {
  it(`are sent after a restart, through ${KILLS} kills at any instant, and a message that was tried keeps its id`, async (test) => {
    const { expect, onTestFinished } = test;
    const place = await makePlace(test);
    const receiver = await startReceiver(test);
    let failed = 0;
    for (let n = 0; n < KILLS; n += 1) {
      const child = await startChildFor(onTestFinished, CHILD, place.address, receiver.url, String(MANY));
      // The first process is killed while it sends. Of the others, any instant will do.
      if (n === 0) await expect.poll(() => receiver.tried.size).toBeGreaterThan(0);
      await expect.poll(() => place.count(FAILED)).toBeGreaterThan(failed);
      const killAt = Date.now() + ((n * 7_919) % 211);
      do expect(await place.count(FAILED_WITHOUT_ALERT)).toBe(0);
      while (Date.now() < killAt);
      await end(child, 'SIGKILL');
      expect(await place.count(FAILED_WITHOUT_ALERT)).toBe(0);
      failed = await place.count(FAILED);
    }
    receiver.isUp = true;
    await startChildFor(onTestFinished, CHILD, place.address, receiver.url);
    await untilTold(test, place, receiver);
  });

  it('whose first try was refused are sent after a restart, with the same id', async (test) => {
    const { expect, onTestFinished } = test;
    const place = await makePlace(test);
    const ids: string[] = [];
    let isUp = false;
    const port = await serve((request, response) => {
      ids.push(String(request.headers['webhook-id']));
      response.writeHead(isUp ? 204 : 503).end();
    }, onTestFinished);
    const url = `http://127.0.0.1:${port}/`;
    const child = await startChildFor(onTestFinished, CHILD, place.address, url, '1');
    await expect.poll(() => place.count('SELECT max(tries) FROM schema.alert_deliveries')).toBe(1);
    await end(child, 'SIGKILL');
    isUp = true;
    await startChildFor(onTestFinished, CHILD, place.address, url);
    await expect.poll(() => place.count(LEFT)).toBe(0);
    expect(ids.length).toBeGreaterThan(1);
    expect(new Set(ids).size).toBe(1);
  });
});

it.concurrent('on PostgreSQL, another node sends the alerts of a node that was killed while it sent them', async (test) => {
  const { expect, onTestFinished } = test;
  const place = await postgresPlace(test);
  const receiver = await startReceiver(test);
  const child = await startChildFor(onTestFinished, CHILD, place.address, receiver.url, String(MANY));
  await startChildFor(onTestFinished, CHILD, place.address, receiver.url);
  await expect.poll(() => receiver.tried.size).toBeGreaterThan(0);
  await end(child, 'SIGKILL');
  receiver.isUp = true;
  await untilTold(test, place, receiver);
});
