import { describe, expect, it, onTestFinished } from 'vitest';
import type { InsertOutcome } from '../../src/core/store/store-commands.ts';

import { postgres } from '../../src/stores/postgres/index.ts';
import { definitionOf } from '../store-contract/rig.ts';
import { createRaces } from './races.ts';

const races = await createRaces();
const { isWaiting } = races;

/** Inserts a copy of the job `model`. */
const COPY_JOB = `INSERT INTO greenvue_jobs.jobs SELECT (jsonb_populate_record(jobs,
  jsonb_build_object('id', $1::text, 'uid', nextval('greenvue_jobs.ids')))).* FROM greenvue_jobs.jobs WHERE id = 'model'`;

describe('many jobs that are asked for at once', () => {
  const insert = (id: string) => races.store.insertJob({ definition: definitionOf(id) });
  const insertMany = (prefix: string, count: number) =>
    Promise.all(Array.from({ length: count }, (_, n) => insert(`${prefix}-${n}`)));
  const created = (outcomes: readonly InsertOutcome[]) =>
    outcomes.filter(({ kind }) => kind === 'created').length;
  /** Inserts the job in an open transaction. */
  const insertElsewhere = async (id: string) => {
    await insert('model');
    await races.other.query('BEGIN');
    await races.other.query(COPY_JOB, [id]);
  };

  it('are written in few transactions', async () => {
    await insert('first');
    expect(created(await insertMany('job', 300))).toBe(300);
    const { rows } = await races.other.query(
      'SELECT count(DISTINCT xmin::text)::integer AS n FROM greenvue_jobs.jobs',
    );
    expect(rows[0].n).toBeLessThanOrEqual(3);
  });

  it('do not wait for one whose id is locked; that one is `busy` after 2 s', async () => {
    await insertElsewhere('held');
    const since = performance.now();
    let waitedMs = Number.NaN;
    const held = insert('held').finally(() => {
      waitedMs = performance.now() - since;
    });
    const rejected = expect(held).rejects.toMatchObject({ code: 'busy' });
    // Few enough that a slow machine makes them one by one within 2 s.
    expect(created(await insertMany('with', 30))).toBe(30);
    expect(created(await insertMany('after', 30))).toBe(30);
    expect(performance.now() - since).toBeLessThan(1_500);
    await rejected;
    expect(waitedMs).toBeGreaterThan(1_900);
    await races.other.query('ROLLBACK');
    expect(await insert('held')).toMatchObject({ kind: 'created' });
  });

  it('nor for one that was asked for alone; that one `exists` once the other transaction has ended', async () => {
    await insertElsewhere('held');
    const held = insert('held');
    await expect.poll(isWaiting, { interval: 2 }).toBe(true);
    const since = performance.now();
    expect(created(await insertMany('beside', 100))).toBe(100);
    expect(performance.now() - since).toBeLessThan(1_500);
    await races.other.query('COMMIT');
    expect(await held).toEqual({ kind: 'exists' });
  });

  it('reject together if the commit is in doubt: no caller gets a conflict with its own job', async () => {
    await insert('model');
    races.network.loseCommit();
    const results = await Promise.allSettled(['one', 'two', 'three'].map(insert));
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(await insert('two')).toEqual({ kind: 'exists' });
  });

  it('are made on two nodes at once, each by one of them', async () => {
    const second = postgres(races.network.url);
    await second.open();
    onTestFinished(() => second.close());
    const ids = Array.from({ length: 200 }, (_, n) => `job-${n}`);
    const there = ids.toReversed().map((id) => second.insertJob({ definition: definitionOf(id) }));
    const outcomes = await Promise.all([...ids.map(insert), ...there]);
    expect(created(outcomes)).toBe(200);
    expect(outcomes.filter(({ kind }) => kind === 'exists')).toHaveLength(200);
  });
});
