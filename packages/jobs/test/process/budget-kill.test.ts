import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, inject, it, onTestFinished, vi } from 'vitest';
import { CONDITION_MS } from '../../../../scripts/test-deadlines.ts';
import { createTestDatabase } from '../postgres/test-database.ts';
import { end, folderOfTest, startChild } from './killed-child.ts';

interface State {
  readonly isPaused: boolean;
  readonly recent: number;
  readonly pauses: number;
  readonly resumes: number;
  readonly failed: number;
}

/** A database, and what it says of its only job. */
interface Ground {
  readonly database: string;
  state(): Promise<State>;
}

/** One statement, so that it sees one state. `failed`: how `runs` stores this status. */
const stateIn = (schema: string, failed: string) => `SELECT status, coalesce(recent_failures, 0) AS recent,
    (SELECT count(*) FROM ${schema}audit WHERE action = 'job.pause' AND actor = 'engine') AS pauses,
    (SELECT count(*) FROM ${schema}audit WHERE action = 'job.resume') AS resumes,
    (SELECT count(*) FROM ${schema}runs WHERE status = ${failed}) AS failed
  FROM ${schema}jobs`;

type Row = Readonly<Record<string, unknown>>;

function stateOf({ status, recent, pauses, resumes, failed }: Row): State {
  const failures = Number(recent).toString(2).replaceAll('0', '').length;
  return {
    isPaused: status === 'paused',
    recent: failures,
    pauses: Number(pauses),
    resumes: Number(resumes),
    failed: Number(failed),
  };
}

async function onSqlite(): Promise<Ground> {
  const file = join(folderOfTest('budget'), 'jobs.db');
  return {
    database: file,
    async state() {
      const db = new DatabaseSync(file, { readOnly: true });
      try {
        return stateOf(db.prepare(stateIn('', '3')).get() ?? {});
      } finally {
        db.close();
      }
    },
  };
}

async function onPostgres(): Promise<Ground> {
  const { url, rows, drop } = await createTestDatabase(inject('postgresUrl'), 'budget');
  onTestFinished(drop);
  return {
    database: url,
    state: async () => stateOf((await rows<Row>(stateIn('greenvue_jobs.', "'failed'")))[0] ?? {}),
  };
}

// Promise P23, failure budget.
it.each([
  ['SQLite', 10, onSqlite],
  ['PostgreSQL', 5, onPostgres],
] as const)(
  'on %s, each second failure pauses the job exactly once, through %i kills at any instant',
  async (_store, kills, make) => {
    const { database, state } = await make();
    let last = 0;
    for (let n = 0; n < kills; n += 1) {
      const started = await startChild('./budget-child.ts', database);
      // Each process pauses the job at least once, however slow the machine is. Then any instant will do.
      await vi.waitFor(async () => expect((await state()).pauses).toBeGreaterThan(last), CONDITION_MS);
      await new Promise((resolve) => setTimeout(resolve, (n * 7_919) % 211));
      await end(started, 'SIGKILL');
      const { isPaused, recent, pauses, resumes, failed } = await state();
      expect(pauses - resumes).toBe(isPaused ? 1 : 0);
      expect(failed).toBe(2 * resumes + recent);
      expect(recent).toBe(isPaused ? 2 : failed % 2);
      last = pauses;
    }
    expect(last).toBeGreaterThanOrEqual(kills);
  },
);
