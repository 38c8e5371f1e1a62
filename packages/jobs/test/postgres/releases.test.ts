import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import { CONDITION_MS } from '../../../../scripts/test-deadlines.ts';
import type { DeclareResult, JobInCode } from '../../src/core/store/store-declarations.ts';
import { createPostgresStore } from '../../src/stores/postgres/store.ts';
import { createSystemClock } from '../../src/system-clock.ts';
import { definitionOf, every, TYPES } from '../store-contract/rig.ts';
import { createTestDatabase, type TestDatabase } from './test-database.ts';

type Declared = Readonly<Record<string, string>>;

interface Program {
  /** The first line that it prints; `ended` if it prints none. */
  readonly said: Promise<string>;
  readonly ended: Promise<unknown>;
  kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<unknown>;
}

let database: TestDatabase;
const programs: Program[] = [];

beforeAll(async () => {
  database = await createTestDatabase(inject('postgresUrl'), 'releases');
});
afterEach(async () => {
  await Promise.all(programs.splice(0).map((program) => program.kill('SIGKILL')));
  await database.empty();
});
afterAll(() => database.drop());

function launch(release: number, declared: Declared): Program {
  const script = fileURLToPath(new URL('./release-child.ts', import.meta.url));
  const args = [script, database.url, String(release), JSON.stringify(declared)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const line = once(createInterface({ input: child.stdout }), 'line').then(([text]) => String(text));
  const program: Program = {
    said: Promise.race([line, ended.then(() => 'ended')]),
    ended,
    kill: (signal) => {
      child.kill(signal);
      return ended;
    },
  };
  programs.push(program);
  return program;
}

async function start(release: number, declared: Declared): Promise<Program> {
  const program = launch(release, declared);
  expect(await program.said).toBe('ready');
  return program;
}

interface JobRow {
  readonly id: string;
  readonly interval: string;
  readonly status: string;
  readonly version: number;
}

const jobs = (): Promise<readonly JobRow[]> =>
  database.rows<JobRow & pg.QueryResultRow>(
    'SELECT id, interval, status, version FROM greenvue_jobs.jobs WHERE deleted_at IS NULL ORDER BY id',
  );
const inCode = (id: string, everyMs: number): JobInCode => ({
  definition: definitionOf(id, { schedule: every(everyMs) }),
  place: 'src/jobs.ts:1',
  adopt: false,
  shown: '{}',
});
const POLL = { timeout: CONDITION_MS, interval: 100 };

// Promise P28, jobs in code. The ids are rows of decision 41.
describe('programs of different releases on one database', () => {
  it('D5: an older release that starts beside a newer one changes nothing, and runs', async () => {
    await start(9, { a: '1h', b: '1h' });
    const before = await jobs();
    await start(8, { a: '2h', c: '1h' });
    expect(await jobs()).toEqual(before);
  });

  it('D6: a rollback: without a live node of the newer release, the older one holds, also where it runs already', async () => {
    await start(8, { a: '2h', c: '1h' });
    const newer = await start(9, { a: '1h', b: '1h' });
    expect(await jobs()).toMatchObject([
      { id: 'a', interval: '1h', status: 'active' },
      { id: 'b', status: 'active' },
      { id: 'c', status: 'paused' },
    ]);
    await newer.kill('SIGKILL');
    await expect.poll(jobs, POLL).toMatchObject([
      { id: 'a', interval: '2h', status: 'active' },
      { id: 'b', status: 'paused' },
      { id: 'c', status: 'active' },
    ]);
  });

  it('20 nodes that start at once, beside a planner: each job is made and changed once', async () => {
    const stores = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const store = createPostgresStore({ url: database.url, clock: createSystemClock(), connections: 3 });
        await store.open();
        return store;
      }),
    );
    onTestFinished(async () => void (await Promise.all(stores.map((store) => store.close()))));
    const [planner] = stores;
    if (planner === undefined) throw new Error('no store');
    let isPlanning = true;
    const planning = (async () => {
      while (isPlanning) await planner.plan({ types: TYPES, limit: 100 });
    })();
    const startAll = (everyMs: number) =>
      Promise.all(
        stores.map((store, n) =>
          store.declareJobs({
            node: `n${n}`,
            startedAt: n,
            release: 8,
            isStart: true,
            jobs: Array.from({ length: 50 }, (_, id) => inCode(`j${id}`, everyMs)),
          }),
        ),
      );
    const counts = (results: readonly DeclareResult[]) => {
      const done = results.filter((result) => result.kind === 'done');
      expect(done).toHaveLength(20);
      return [done.flatMap(({ created }) => created).length, done.flatMap(({ changed }) => changed).length];
    };
    expect(counts(await startAll(1_000))).toEqual([50, 0]);
    expect(counts(await startAll(2_000))).toEqual([0, 50]);
    isPlanning = false;
    await planning;
    expect((await jobs()).filter(({ version }) => version === 2)).toHaveLength(50);
  });

  it('a kill in the middle of a start leaves the jobs as they were, and the next start completes it', async () => {
    await (await start(8, { a: '1h', b: '1h', c: '1h' })).kill('SIGTERM');
    const before = await jobs();
    const other = new pg.Client({ connectionString: database.url });
    await other.connect();
    await other.query('BEGIN');
    await other.query("SELECT FROM greenvue_jobs.jobs WHERE id = 'b' FOR UPDATE");
    const killed = launch(9, { a: '2h', b: '2h', d: '1h' });
    const WAITING =
      "SELECT 1 AS one FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    await expect.poll(async () => (await database.rows(WAITING)).length, POLL).toBe(1);
    await killed.kill('SIGKILL');
    await other.query('ROLLBACK');
    await other.end();
    await expect.poll(async () => (await database.rows(WAITING)).length, POLL).toBe(0);
    expect(await jobs()).toEqual(before);
    await start(9, { a: '2h', b: '2h', d: '1h' });
    expect(await jobs()).toMatchObject([
      { id: 'a', interval: '2h', version: 2 },
      { id: 'b', interval: '2h', version: 2 },
      { id: 'c', status: 'paused' },
      { id: 'd', interval: '1h' },
    ]);
  });
});
