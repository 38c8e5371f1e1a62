import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, inject, it } from 'vitest';
import { createEngine } from '../../src/engine/engine.ts';
import type { JobStore } from '../../src/index.ts';
import { postgres } from '../../src/stores/postgres/index.ts';
import { createSqliteStore } from '../../src/stores/sqlite/store.ts';
import { createSystemClock } from '../../src/system-clock.ts';
import { createTestDatabase } from '../postgres/test-database.ts';
import { silentLogger } from '../silent-logger.ts';
import { end, folderOfTest, startChild } from './killed-child.ts';

const KILLS = 6;
const JOBS = 300;

/** A node that only looks. */
function startReader(store: JobStore) {
  const engine = createEngine({ store, jobTypes: [], deps: {}, logger: silentLogger, concurrency: 0 });
  return engine.start().then(() => engine);
}

/** How many changes of jobs the audit log has, and how many the jobs show. */
function stateOf(file: string) {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    const one = (sql: string) => Number(Object.values(db.prepare(sql).get() ?? {})[0]);
    return {
      paused: one("SELECT count(*) FROM jobs WHERE status = 'paused'"),
      halfPaused: one("SELECT count(*) FROM jobs WHERE (status = 'paused') <> (paused_at IS NOT NULL)"),
      pauses: one("SELECT count(*) FROM audit WHERE action = 'job.pause'"),
      resumes: one("SELECT count(*) FROM audit WHERE action = 'job.resume'"),
    };
  } finally {
    db.close();
  }
}

// Promise P36, tags and bulk.
it(`a bulk command leaves no job half changed, through ${KILLS} kills at any instant, and shows as interrupted`, async () => {
  const file = join(folderOfTest('bulk'), 'jobs.db');
  for (let n = 0; n < KILLS; n += 1) {
    const child = await startChild('./bulk-child.ts', file, String(JOBS));
    await new Promise((resolve) => setTimeout(resolve, 3 + ((n * 7_919) % 41)));
    await end(child, 'SIGKILL');
    const { paused, halfPaused, pauses, resumes } = stateOf(file);
    expect(halfPaused).toBe(0);
    // Each change and its audit entry are one transaction. Pausing a paused job is a change, too.
    expect(pauses - resumes).toBeGreaterThanOrEqual(paused);
  }
  const reader = await startReader(createSqliteStore({ file, clock: createSystemClock() }));
  const commands = await reader.listBulkCommands();
  await reader.stop();
  expect(commands.length).toBeGreaterThanOrEqual(KILLS);
  for (const { status } of commands) expect(['finished', 'interrupted']).toContain(status);
  expect(commands.some(({ status }) => status === 'interrupted')).toBe(true);
});

it('of two nodes, the other one sees and cancels a bulk command, and sees that a kill has interrupted it', async () => {
  const database = await createTestDatabase(inject('postgresUrl'), 'bulk');
  const reader = await startReader(postgres(database.url));
  try {
    const child = await startChild('./bulk-child.ts', database.url, '3000');
    const newest = async () => (await reader.listBulkCommands({ limit: 1 }))[0];
    await expect.poll(async () => (await newest())?.status).toBe('running');
    const first = String((await newest())?.id);
    await reader.cancelBulkCommand(first, { by: 'user:2' });
    await expect.poll(async () => (await reader.getBulkCommand(first)).status).toBe('cancelled');
    const { done, failed, total, cancelledBy } = await reader.getBulkCommand(first);
    expect({ failed, total, cancelledBy }).toEqual({ failed: 0, total: 3_000, cancelledBy: 'user:2' });
    expect(done).toBeLessThan(total);
    const paused = async () => (await reader.listJobs({ status: 'paused', limit: 10_000 })).rows.length;
    await expect.poll(async () => (await newest())?.id).not.toBe(first);
    await end(child, 'SIGKILL');
    const second = String((await newest())?.id);
    // The lease of a killed node ends by itself.
    await expect.poll(async () => (await reader.getBulkCommand(second)).status).toBe('interrupted');
    expect(await paused()).toBeLessThanOrEqual(done);
  } finally {
    await reader.stop();
    await database.drop();
  }
});
