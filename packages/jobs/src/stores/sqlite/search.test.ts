import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { RUNS_IN_A_LOOK } from '../rows/bounds.ts';
import { sqlite } from './sqlite.ts';

const RUNS = 2 * RUNS_IN_A_LOOK + 5;

test('a search that finds little looks at a bounded number of runs at once, and can be continued to its end', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'greenvue-search-'));
  const file = join(folder, 'jobs.db');
  const empty = sqlite(file);
  await empty.open();
  await empty.close();
  const db = new DatabaseSync(file);
  db.exec(`INSERT INTO job_types (key, type, version) VALUES (1, 'noop', 1);
    INSERT INTO jobs (uid, id, type_key, version, status, anchor_at, failed_in_row, created_at, updated_at, kind, overlap, catch_up,
      timeout_ms, max_attempts, backoff_initial_ms, backoff_max_ms, backoff_factor, backoff_jitter, name, description, payload)
      VALUES (1, 'a', 1, 1, 'active', 0, 0, 0, 0, 'on_demand', 'allow', 'once', 1, 1, 1, 1, 1, 0, 'a', '', '{}');
    WITH RECURSIVE made (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM made WHERE id < ${RUNS})
    INSERT INTO runs (id, job_uid, trigger, scheduled_for, catch_up, missed, queued_at, status, attempt, recoveries, finished_at)
      SELECT id, 1, id = 1, iif(id = 1, NULL, id), 0, 0, id, 2, 1, 0, id FROM made`);
  db.close();
  const store = sqlite(file);
  onTestFinished(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });
  await store.open();
  const pages = [];
  let before: string | undefined;
  do {
    const page = await store.listRuns({ trigger: 'manual', limit: 50, before });
    pages.push([page.rows.map(({ run }) => run.id), page.isPartial === true]);
    before = page.next?.key;
  } while (before !== undefined);
  expect(pages).toEqual([
    [[], true],
    [[], true],
    [['1'], false],
  ]);
});
