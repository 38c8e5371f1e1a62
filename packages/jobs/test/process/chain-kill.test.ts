import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, inject, it, onTestFinished, vi } from 'vitest';
import { CONDITION_MS } from '../../../../scripts/test-deadlines.ts';
import { createTestDatabase } from '../postgres/test-database.ts';
import { end, folderOfTest, startChild } from './killed-child.ts';

/**
 * Runs of the upstream job that succeeded, ends that wait, live runs, runs of the follower, and their links.
 */
interface State {
  readonly succeeded: number;
  readonly waiting: number;
  readonly live: number;
  readonly followers: number;
  readonly upstreams: number;
}

/** A database, and what it says. `nodes`: how many processes work on it at once. */
interface Ground {
  readonly database: string;
  readonly nodes: number;
  state(): Promise<State>;
}

/** One statement, so that it sees one state. `succeeded`: how `runs` stores this status. */
const stateIn = (schema: string, succeeded: string) => {
  const runsOf = (id: string) => `SELECT count(*) FROM ${schema}runs JOIN ${schema}jobs ON jobs.uid = job_uid
    WHERE jobs.id = '${id}' AND runs.status = ${succeeded}`;
  return `SELECT (${runsOf('import')}) AS succeeded, (${runsOf('report')}) AS followers,
    (SELECT count(*) FROM ${schema}upstream_ends) AS waiting, (SELECT count(*) FROM ${schema}live_runs) AS live,
    (SELECT count(DISTINCT upstream_run) FROM ${schema}chained_runs) AS upstreams`;
};

type Row = Readonly<Record<string, unknown>>;

const stateOf = ({ succeeded, waiting, live, followers, upstreams }: Row): State => ({
  succeeded: Number(succeeded),
  waiting: Number(waiting),
  live: Number(live),
  followers: Number(followers),
  upstreams: Number(upstreams),
});

async function onSqlite(): Promise<Ground> {
  const file = join(folderOfTest('chain'), 'jobs.db');
  return {
    database: file,
    nodes: 1,
    async state() {
      const db = new DatabaseSync(file, { readOnly: true });
      try {
        return stateOf(db.prepare(stateIn('', '2')).get() ?? {});
      } finally {
        db.close();
      }
    },
  };
}

async function onPostgres(): Promise<Ground> {
  const { url, rows, drop } = await createTestDatabase(inject('postgresUrl'), 'chain');
  onTestFinished(drop);
  const sql = stateIn('greenvue_jobs.', "'succeeded'");
  return { database: url, nodes: 2, state: async () => stateOf((await rows<Row>(sql))[0] ?? {}) };
}

// Promise P32, chains and gates.
it.each([
  ['SQLite', 6, onSqlite],
  ['PostgreSQL', 3, onPostgres],
] as const)(
  'A11: on %s, each end of an upstream run makes exactly one run, through %i kills at any instant',
  async (_store, kills, make) => {
    const { database, nodes, state } = await make();
    const start = (...more: readonly string[]) => startChild('./chain-child.ts', database, ...more);
    let last = 0;
    for (let n = 0; n < kills; n += 1) {
      const started = await Promise.all(Array.from({ length: nodes }, () => start()));
      await vi.waitFor(async () => expect((await state()).upstreams).toBeGreaterThan(last), CONDITION_MS);
      await new Promise((resolve) => setTimeout(resolve, (n * 7_919) % 211));
      await Promise.all(started.map((child) => end(child, 'SIGKILL')));
      last = (await state()).upstreams;
    }
    // One that makes no further run works off what is left.
    const survivor = await start('nothing');
    await vi.waitFor(async () => expect(await state()).toMatchObject({ waiting: 0, live: 0 }), CONDITION_MS);
    await end(survivor, 'SIGKILL');
    const { succeeded, followers, upstreams } = await state();
    expect(succeeded).toBeGreaterThanOrEqual(kills);
    expect({ followers, upstreams }).toEqual({ followers: succeeded, upstreams: succeeded });
  },
);
