import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { LEVEL_KEY } from '../../src/core/nodes/membership.ts';
import type { JobStore } from '../../src/core/store/store.ts';
import type { StoreContents } from '../../src/core/store/table-rows.ts';
import { writePostgresContents } from '../../src/stores/postgres/index.ts';
import { createPostgresStore } from '../../src/stores/postgres/store.ts';
import { openSqliteContents } from '../../src/stores/sqlite/index.ts';
import { createSqliteStore } from '../../src/stores/sqlite/store.ts';
import { createFakeClock } from '../../src/testing/fake-clock.ts';
import { fillWithEverything, RETENTION, readEverything, STILL_THERE } from '../store-contract/everything.ts';
import {
  DAY,
  every,
  HOUR,
  type MakeStore,
  MINUTE,
  ON_DEMAND,
  required,
  T0,
  TYPES,
  useStore,
} from '../store-contract/rig.ts';
import { NOOP_LISTENER } from './races.ts';
import { UNSOUND } from './soundness.ts';
import { createBareDatabase, queryDatabase } from './test-database.ts';

let file: string;

const makeStore: MakeStore = async (startMs) => {
  const folder = await mkdtemp(join(tmpdir(), 'move-'));
  file = join(folder, 'jobs.db');
  const clock = createFakeClock(startMs);
  return {
    clock,
    maxLiveRuns: 100_000,
    maxRunsPutOff: 10_000,
    createStore: () => createSqliteStore({ file, clock }),
    dispose: () => rm(folder, { recursive: true }),
  };
};

async function emptyDatabase(): Promise<string> {
  const database = await createBareDatabase(inject('postgresUrl'), 'move');
  onTestFinished(() => database.drop());
  return database.url;
}

/** Moves the file's contents in one transaction; returns how many texts were changed. */
async function move(url: string, change: (contents: StoreContents) => StoreContents = (all) => all) {
  const client = new pg.Client({ connectionString: url });
  const contents = openSqliteContents(file);
  await client.connect();
  try {
    await client.query('BEGIN');
    let written = 0;
    const wrote = (rows: number) => {
      written += rows;
    };
    const replaced = await writePostgresContents({ client, contents: change(contents), wrote });
    await client.query('COMMIT');
    expect((await client.query(UNSOUND)).rows).toEqual([]);
    return { written, replaced, total: contents.tables.reduce((sum, { count }) => sum + count, 0) };
  } finally {
    contents.close();
    await client.end();
  }
}

async function countSchemas(url: string): Promise<number> {
  const rows = await queryDatabase(url, "SELECT FROM pg_namespace WHERE nspname = 'greenvue_jobs'");
  return rows.length;
}

/** The rows of each table, counted and as the planner estimates them. */
async function countTables(url: string) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ name: string; planned: number }>(
    "SELECT relname AS name, reltuples AS planned FROM pg_class WHERE relnamespace = 'greenvue_jobs'::regnamespace AND relkind = 'r'",
  );
  const tables = [];
  for (const { name, planned } of rows) {
    const counted = await client.query<{ count: string }>(`SELECT count(*) FROM greenvue_jobs.${name}`);
    tables.push({ name, rows: Number(counted.rows[0]?.count), planned });
  }
  await client.end();
  return tables;
}

// Promises P1, identity; P3, grid; P9, lost nodes; P10, fence; P15, run now; P18, bounds.
describe('moving a SQLite store into PostgreSQL', () => {
  const t = useStore(makeStore);

  const openMoved = async (url: string) => {
    const store = createPostgresStore({ url, clock: t.clock, ownClock: true });
    await store.open();
    onTestFinished(() => store.close());
    return store;
  };

  it('keeps every job, run, log and count as it was', async () => {
    await fillWithEverything(t);
    const before = await readEverything(t.store);
    for (const what of STILL_THERE) expect(before.runs.map(what.of), what.name).toContain(what.value);
    await t.reopen();
    const url = await emptyDatabase();
    const { written, total, replaced } = await move(url);
    expect(written).toBe(total);
    // Node before 26 cuts a text from SQLite at U+0000; then nothing is replaced.
    expect(replaced).toBe(JSON.stringify(before).match(ZERO)?.length ?? 0);
    expect(await readEverything(await openMoved(url))).toEqual(withoutZeros(before));
  });

  it('leaves no table that the database would take for an empty one', async () => {
    await fillWithEverything(t);
    await t.reopen();
    const url = await emptyDatabase();
    await move(url);
    const all = await countTables(url);
    // The other tables always have one row.
    const filled = all.filter(({ name, rows }) => rows > 0 && !['schema_version', 'server'].includes(name));
    expect(filled.map(({ name }) => name)).toEqual(expect.arrayContaining(['jobs', 'job_wakes', 'runs']));
    for (const { name, rows, planned } of filled) expect(planned, name).toBe(rows);
  });

  it('continues like the file: takes back the runs of the dead process, and plans the same slots', async () => {
    await fillWithEverything(t);
    await t.reopen();
    const url = await emptyDatabase();
    await move(url);
    const moved = await openMoved(url);
    t.clock.advance(2 * HOUR + 7 * MINUTE);
    const recoverAndPlan = async (store: typeof moved) => {
      const recovered = await store.recover({ node: 'node-2' });
      const { queued, skipped, nextWakeAt } = await store.plan({ types: TYPES, limit: 1_000 });
      const slots = [...queued, ...skipped].map(({ jobId, scheduledFor, reason }) => ({
        jobId,
        scheduledFor,
        reason,
      }));
      const { jobs } = await readEverything(store);
      return { recovered, slots: slots.sort(byJob), nextWakeAt, jobs };
    };
    const fromFile = await recoverAndPlan(t.store);
    expect(fromFile.recovered.recovered).toBeGreaterThan(0);
    expect(fromFile.slots.length).toBeGreaterThan(0);
    expect(await recoverAndPlan(moved)).toEqual(fromFile);
  });

  it('new ids, uids and fences are higher than all before; a dedupe key still answers', async () => {
    await fillWithEverything(t);
    const before = await readEverything(t.store);
    await t.reopen();
    const url = await emptyDatabase();
    await move(url);
    const moved = await openMoved(url);
    const highest = Math.max(
      ...before.runs.flatMap(({ run }) => [
        Number(run.id),
        Number(run.jobUid),
        'claim' in run ? (run.claim?.fence ?? 0) : 0,
      ]),
    );
    const command = { kind: 'trigger' } as const;
    for (const dedupeKey of ['pruned', 'kept']) {
      const answer = await moved.command({ jobId: 'deduped', command, dedupeKey });
      expect(answer).toEqual(await t.command('deduped', command, { dedupeKey }));
      expect(answer.kind).toBe('duplicate');
    }
    const triggered = await moved.command({
      jobId: 'on-demand',
      command,
      audit: { actor: 'x', action: 'run', change: '{}' },
    });
    if (triggered.kind !== 'done') throw new Error(triggered.kind);
    expect(Number(required(triggered.queued[0]).id)).toBeGreaterThan(highest);
    const [newest, ...older] = await moved.listAudit({ limit: 100 });
    expect(Number(required(newest).id)).toBeGreaterThan(Math.max(...older.map(({ id }) => Number(id))));
  });

  it('starts runs of a job whose priority had no effect in the file', async () => {
    await fillWithEverything(t);
    await t.reopen();
    const url = await emptyDatabase();
    await move(url);
    const moved = await openMoved(url);
    const node = { id: 'node-2', version: '1', places: 1_000, types: TYPES, startedAt: T0 };
    const membership = await moved.join(node, NOOP_LISTENER);
    onTestFinished(() => membership.leave());
    t.clock.advance(HOUR);
    await moved.plan({ types: TYPES, limit: 1_000 });
    const { runs, jobs } = await moved.claim({ node: node.id, types: TYPES, places: 1_000, prefetch: 0 });
    expect(runs.map(({ job }) => jobs[job]?.id)).toContain('urgent');
  });

  // Promise P29, limits and priority.
  it('L18: waiting and lost runs of types with limits start there, within the limits', async () => {
    const limits = { running: 1, rate: { runs: 2, perMs: HOUR }, per: '/tenant' };
    const payloads = ['x', 'x', 'x', 'y'].map((tenant) => JSON.stringify({ tenant }));
    const start = async (store: JobStore) => {
      const done = await store.setTypeLimits([{ type: 'noop', version: 1, limits }]);
      // As the engine does: nothing else lets claims look at the groups of moved runs.
      for (let after: number | undefined = done.length > 0 ? 0 : undefined; after !== undefined; )
        after = await store.regroupRuns(after, { done });
      await store.recover({ node: 'node-2' });
    };
    const startAll = async (store: JobStore) => {
      const claimed = await store.claim({ node: 'node-2', types: TYPES, places: 9, prefetch: 0 });
      return claimed.runs.map(({ payload }) => payload).sort();
    };
    await start(t.store);
    await t.create('a', { schedule: ON_DEMAND, overlap: 'allow', priority: 'high' });
    for (const payload of payloads) await t.done('a', { kind: 'trigger', payload });
    expect((await t.claim(1)).runs).toHaveLength(1);
    await t.reopen();
    const url = await emptyDatabase();
    await move(url);
    const moved = await openMoved(url);
    await start(moved);
    expect(await startAll(moved)).toEqual([payloads[0], payloads[3]]);
    // The first run of this value has started twice.
    await moved.recover({ node: 'node-3' });
    expect(await startAll(moved)).toEqual([payloads[3]]);
    const z = JSON.stringify({ tenant: 'z' });
    await moved.command({ jobId: 'a', command: { kind: 'trigger', payload: z } });
    expect(await startAll(moved)).toEqual([z]);
  });

  it('D12: gives jobs and their runs the keys of their levels', async () => {
    await t.create('plain', { schedule: ON_DEMAND });
    await t.create('urgent', { schedule: ON_DEMAND, priority: 'high' });
    await t.create('low', { schedule: ON_DEMAND, typeVersion: 2, priority: 'low' });
    await t.create('limited', { schedule: ON_DEMAND, overlap: 'allow', maxRunning: 3 });
    await t.create('slots', { schedule: every(MINUTE, { endAt: T0 + HOUR }) });
    const ids = ['plain', 'urgent', 'low', 'limited'];
    for (const id of ids) await t.trigger(id);
    await t.reopen();
    const url = await emptyDatabase();
    await move(url);
    const moved = await openMoved(url);
    t.clock.advance(MINUTE);
    const planAndClaim = async (types: Record<string, number>) => {
      await moved.plan({ types, limit: 10 });
      const { runs, jobs } = await moved.claim({ node: 'node-1', types, places: 10, prefetch: 0 });
      return runs.map(({ job }) => required(jobs[job]).id).sort();
    };
    expect(await planAndClaim({ noop: 2, [LEVEL_KEY]: 0 })).toEqual(['plain']);
    expect(await planAndClaim({ noop: 1 })).toEqual(['limited', 'slots', 'urgent']);
    expect(await planAndClaim({ noop: 2 })).toEqual(['low']);
    const stored = await moved.command({ jobId: 'slots', command: { kind: 'trigger' } });
    expect(stored.kind).toBe('refused');
    for (const id of ['low', 'limited']) {
      const { kind } = await moved.command({ jobId: id, command: { kind: 'trigger' } });
      expect([id, kind]).toEqual([id, id === 'low' ? 'refused' : 'done']);
    }
    expect(await planAndClaim({ noop: 2, [LEVEL_KEY]: 0 })).toEqual([]);
    expect(await planAndClaim({ noop: 2 })).toEqual(['limited']);
  });

  it('counted rows are pruned as before', async () => {
    await fillWithEverything(t);
    await t.reopen();
    const url = await emptyDatabase();
    await move(url);
    const moved = await openMoved(url);
    t.clock.advance(31 * DAY);
    const pruneAll = async (store: typeof moved) => {
      await store.recover({ node: 'node-2' });
      for (let n = 0; n < 100; n += 1) {
        if (!(await store.prune(RETENTION)).more) return readEverything(store);
      }
      throw new Error('pruning never ends');
    };
    expect(await pruneAll(moved)).toEqual(withoutZeros(await pruneAll(t.store)));
  });

  it('an empty store becomes an empty store', async () => {
    await t.reopen();
    const url = await emptyDatabase();
    expect(await move(url)).toEqual({ written: 0, replaced: 0, total: 0 });
    const moved = await openMoved(url);
    expect(await moved.listAudit({ limit: 1 })).toEqual([]);
  });

  it('is refused where there is a job or a node, and changes nothing there', async () => {
    await t.create('a');
    await t.reopen();
    const url = await emptyDatabase();
    await move(url);
    const before = await readEverything(await openMoved(url));
    await expect(move(url)).rejects.toThrow(/^greenvue_jobs\.job_types has rows already: only an empty/);
    expect(await readEverything(await openMoved(url))).toEqual(before);

    const joined = await emptyDatabase();
    const store = await openMoved(joined);
    const membership = await store.join(
      { id: 'node-1', version: '1', places: 1, types: {}, startedAt: T0 },
      NOOP_LISTENER,
    );
    await expect(move(joined)).rejects.toThrow(/^A node works on this database already/);
    await membership.leave();
  });

  it('leaves nothing behind when a row is swallowed or refused on the way', async () => {
    await fillWithEverything(t);
    await t.reopen();
    const url = await emptyDatabase();
    const oneMore = (contents: StoreContents) => ({
      ...contents,
      tables: contents.tables.map((one) => (one.table === 'runs' ? { ...one, count: one.count + 1 } : one)),
    });
    await expect(move(url, oneMore)).rejects.toThrow(
      /^greenvue_jobs\.runs has \d+ rows after \d+ were copied/,
    );
    expect(await countSchemas(url)).toBe(0);

    await move(url, () => ({ tables: [], lastId: 0 }));
    await queryDatabase(
      url,
      `ALTER TABLE greenvue_jobs.run_logs ADD CONSTRAINT no_second_line CHECK (seq < 2)`,
    );
    await expect(move(url)).rejects.toThrow(/^greenvue_jobs\.run_logs does not take a row: .*no_second_line/);
    await queryDatabase(url, `ALTER TABLE greenvue_jobs.run_logs DROP CONSTRAINT no_second_line`);
    await move(url);
  });
});

const ZERO = /(?<!\\)\\u0000/g;

/** PostgreSQL does not accept U+0000 in text. */
function withoutZeros<T>(value: T): T {
  return JSON.parse(JSON.stringify(value).replaceAll(ZERO, '\uFFFD'));
}

function byJob(a: { readonly jobId: string }, b: { readonly jobId: string }): number {
  return a.jobId < b.jobId ? -1 : a.jobId > b.jobId ? 1 : 0;
}
