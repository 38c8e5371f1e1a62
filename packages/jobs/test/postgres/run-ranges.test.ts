import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { z } from 'zod';
import type { RunQuery } from '../../src/core/store/store-views.ts';
import { runScriptAsync } from '../../src/core/transactions/script.ts';
import { Database } from '../../src/stores/postgres/connection/database.ts';
import { READS } from '../../src/stores/postgres/postgres-reads.ts';
import { createTestDatabase, type TestDatabase } from './test-database.ts';

const RUNS = 100_000;
const NOW = Date.UTC(2026, 10, 1);
const HOUR_MS = 3_600_000;
/** A run each minute. */
const FIRST = NOW - RUNS * 60_000;
const idAt = (time: number) => (time - FIRST) / 60_000;
/** The run before that of {@link EDGE}, queued within the minute of that one. */
const EDGE = NOW - 400 * HOUR_MS;
const OUT_OF_ORDER = idAt(EDGE) - 1;
/** Far fewer than all runs, and more than an hour has. */
const FEW = 5_000;

let database: TestDatabase;
let db: Database;

beforeAll(async () => {
  database = await createTestDatabase(inject('postgresUrl'), 'ranges');
  db = new Database({ url: database.url, max: 1 });
  await database.rows(`INSERT INTO greenvue_jobs.job_types (type, version) VALUES ('mail', 1)`);
  await database.rows(JOB);
  await database.rows(INSERT, [RUNS, FIRST, OUT_OF_ORDER]);
  await database.rows('ANALYZE greenvue_jobs.runs');
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

interface Plan {
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number | undefined;
  readonly Plans?: readonly Plan[] | undefined;
}

const PLAN: z.ZodType<Plan> = z.lazy(() =>
  z.object({
    'Actual Rows': z.number(),
    'Actual Loops': z.number(),
    'Rows Removed by Filter': z.number().optional(),
    Plans: z.array(PLAN).optional(),
  }),
);

/** How many rows the steps of a plan have read or passed on, at most. */
function rowsOf(plan: Plan): number {
  const own = (plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0)) * plan['Actual Loops'];
  return Math.max(own, ...(plan.Plans ?? []).map(rowsOf));
}

async function read(query: RunQuery) {
  let mostRows = 0;
  const page = await runScriptAsync(READS.listRuns(query), async ({ sql, params }) => {
    const [plans] = await db.arrays(`EXPLAIN (ANALYZE, FORMAT JSON) ${sql}`, params);
    const [found] = z.tuple([z.array(z.object({ Plan: PLAN }))]).parse(plans);
    mostRows = Math.max(mostRows, ...found.map(({ Plan }) => rowsOf(Plan)));
    return db.arrays(sql, params);
  });
  return { ids: page.rows.map(({ run }) => Number(run.id)), mostRows };
}

const JOB = `INSERT INTO greenvue_jobs.jobs (uid, id, type_key, version, status, anchor_at, failed_in_row, created_at, updated_at, kind,
    overlap, catch_up, timeout_ms, max_attempts, backoff_initial_ms, backoff_max_ms, backoff_factor, backoff_jitter, name, description, payload)
  VALUES (1, 'a', 1, 1, 'active', 0, 0, 0, 0, 'on_demand', 'skip', 'once', 1000, 3, 1, 1, 2, 0.1, 'A', '', '{}')`;
/** A run each minute; one of them is queued later than the next one. */
const INSERT = `INSERT INTO greenvue_jobs.runs (id, job_uid, trigger, catch_up, missed, queued_at, status, attempt, recoveries, finished_at)
  SELECT n, 1, 'manual', false, 0, $2::bigint + n * 60000 + CASE WHEN n = $3::bigint THEN 90000 ELSE 0 END, 'succeeded', 1, 0, $2::bigint + n * 60000
  FROM generate_series(0, $1::bigint - 1) AS n`;

const at = (hour: number) => NOW - hour * HOUR_MS;

test.each([
  ['an hour long ago', { from: at(800), to: at(799) }],
  ['all runs before an hour long ago', { to: at(799) }],
])('a page of %s reads few other runs', async (_, range) => {
  const { ids, mostRows } = await read({ ...range, limit: 50 });
  expect(ids).toEqual(Array.from({ length: 51 }, (__, n) => idAt(at(799)) - 1 - n).slice(0, 50));
  expect(mostRows).toBeLessThan(FEW);
});

test.each([
  ['before all runs', { to: FIRST - 2 * HOUR_MS }],
  ['after all runs', { from: NOW + 2 * HOUR_MS }],
  ['with none of a status', { from: at(800), to: at(799), status: 'cancelled' as const }],
])('a page of a time %s is empty, and reads few runs', async (_, query) => {
  const { ids, mostRows } = await read({ ...query, limit: 50 });
  expect(ids).toEqual([]);
  expect(mostRows).toBeLessThan(FEW);
});

test('a page has the runs at the edges of its range, also those whose id is out of order', async () => {
  const { ids } = await read({ from: EDGE, to: EDGE + 60_000, limit: 50 });
  expect(ids).toEqual([idAt(EDGE), OUT_OF_ORDER]);
});
