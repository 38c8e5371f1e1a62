import pg from 'pg';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  inject,
  it,
  onTestFinished,
} from 'vitest';
import { CONDITION_MS } from '../../../../scripts/test-deadlines.ts';
import type { DeclareResult, JobInCode } from '../../src/core/store/store-declarations.ts';
import type { JobStore } from '../../src/index.ts';
import { createPostgresStore } from '../../src/stores/postgres/store.ts';
import { createSystemClock } from '../../src/system-clock.ts';
import { definitionOf, every, HOUR, MINUTE } from '../store-contract/rig.ts';
import { createTestDatabase, type TestDatabase } from './test-database.ts';

let database: TestDatabase;
let store: JobStore;

beforeAll(async () => {
  database = await createTestDatabase(inject('postgresUrl'), 'lock_order');
});
beforeEach(async () => {
  store = createPostgresStore({ url: database.url, clock: createSystemClock(), connections: 3 });
  await store.open();
});
afterEach(async () => {
  await store.close();
  await database.empty();
});
afterAll(() => database.drop());

/** Another transaction that has locked a row. */
async function holding(sql: string): Promise<{ release(): Promise<void> }> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  let isOpen = true;
  const release = async () => {
    if (!isOpen) return;
    isOpen = false;
    await client.query('ROLLBACK');
    await client.end();
  };
  onTestFinished(release);
  await client.query('BEGIN');
  await client.query(sql);
  return { release };
}

const lockOf = (id: string) => `SELECT FROM greenvue_jobs.jobs WHERE id = '${id}' FOR UPDATE`;

async function somebodyWaits(): Promise<void> {
  const waiting =
    "SELECT 1 AS one FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
  const count = async () => (await database.rows(waiting)).length;
  await expect.poll(count, { timeout: CONDITION_MS, interval: 20 }).toBeGreaterThan(0);
}

/** Rejects if another transaction has locked the job. */
const isFree = async (id: string) =>
  expect(
    await database.rows(`SELECT id FROM greenvue_jobs.jobs WHERE id = '${id}' FOR UPDATE NOWAIT`),
  ).toEqual([{ id }]);

// Promise P28, jobs in code. The ids are rows of decision 41.
describe('a declaration of jobs in code', () => {
  const inCode = (
    id: string,
    { line = 1, ...more }: Partial<JobInCode['definition']> & { readonly line?: number } = {},
  ): JobInCode => ({
    definition: definitionOf(id, { schedule: every(HOUR), ...more }),
    place: `src/jobs.ts:${line}`,
    adopt: false,
    shown: '{}',
  });
  const declare = (...jobs: readonly JobInCode[]): Promise<DeclareResult> =>
    store.declareJobs({ node: 'n', startedAt: 1, release: 8, isStart: true, jobs });
  const placeOf = async (id: string) => (await store.getJob(id, {}))?.job.declaration?.place;

  it('D3: a new place is noted without a wait for the job, now or by a later look', async () => {
    await declare(inCode('a'), inCode('b'));
    const other = await holding(lockOf('a'));
    expect(await declare(inCode('a', { line: 2 }), inCode('b', { line: 3 }))).toMatchObject({ kind: 'done' });
    expect([await placeOf('a'), await placeOf('b')]).toEqual(['src/jobs.ts:1', 'src/jobs.ts:3']);
    await other.release();
    await declare(inCode('a', { line: 2 }), inCode('b', { line: 3 }));
    expect(await placeOf('a')).toBe('src/jobs.ts:2');
  });

  it('locks all of its jobs in one order before it writes: while it waits for one, later ones are free', async () => {
    const made = { definition: definitionOf('up', { schedule: every(HOUR) }) };
    expect(await store.insertJob(made)).toMatchObject({ kind: 'created' });
    await declare(inCode('a'), inCode('b'));
    const other = await holding(lockOf('up'));
    const after = { schedule: { kind: 'after', job: 'up', on: 'succeeded' } } as const;
    const declaring = declare(inCode('a', { name: 'New' }), inCode('b', after));
    await somebodyWaits();
    await isFree('a');
    await other.release();
    expect(await declaring).toMatchObject({ kind: 'done', changed: [{}, {}] });
  });
});

// Promise P33, calendars and ends.
describe('an edit that names a calendar', () => {
  const calendar = {
    name: 'nights',
    timezone: 'UTC',
    windows: [{ startAt: '2020-01-01T00:00:00Z', endAt: '2020-01-02T00:00:00Z' }],
  } as const;

  it('waits for a change of the calendar before it locks the job, as that change does', async () => {
    const put = { id: 'nights', command: { kind: 'put', calendar } } as const;
    expect(await store.changeCalendar(put)).toMatchObject({ kind: 'done' });
    const more = { calendar: { id: 'nights', mode: 'skip' } } as const;
    await store.insertJob({ definition: definitionOf('a', { schedule: every(HOUR), ...more }) });
    const other = await holding("SELECT FROM greenvue_jobs.calendars WHERE id = 'nights' FOR UPDATE");
    const definition = definitionOf('a', { schedule: every(MINUTE), ...more });
    const editing = store.command({ jobId: 'a', command: { kind: 'edit', definition } });
    await somebodyWaits();
    await isFree('a');
    await other.release();
    expect(await editing).toMatchObject({ kind: 'done', changed: true });
  });
});
