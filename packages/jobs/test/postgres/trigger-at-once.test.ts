import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { JobStore } from '../../src/core/store/store.ts';
import type { CommandResult } from '../../src/core/store/store-commands.ts';
import { mayBeDone } from '../../src/stores/postgres/connection/database-errors.ts';
import { postgres } from '../../src/stores/postgres/index.ts';
import { createPostgresStore } from '../../src/stores/postgres/store.ts';
import { createSystemClock } from '../../src/system-clock.ts';
import { definitionOf, HOUR, ON_DEMAND, required, SUCCEEDED, TYPES } from '../store-contract/rig.ts';
import { createRaces, NEW_VERSION, NOOP_LISTENER } from './races.ts';

const races = await createRaces();
const { claimed, isWaiting, whileHeld } = races;

// Promises P9, lost nodes; P13, delete; P16, edit; P17, clock; P20, isolation.
describe('a trigger of a job that was triggered here before', () => {
  const claimsWith = (types = TYPES) => ({ node: 'here', types, places: 9, prefetch: 0 });
  const again = () =>
    races.store.command({ jobId: 'a', command: { kind: 'trigger' }, claim: claimsWith({ noop: 2 }) });
  const claimedBy = async (command: ReturnType<typeof again>) => {
    const result = await command;
    return result.kind === 'done' ? { ...result, claims: result.claimed?.runs.length } : result;
  };
  beforeEach(async () => {
    await races.store.insertJob({ definition: definitionOf('b', { typeVersion: 2 }) });
    await claimed(0);
    await again();
  });

  it('is one message and its answer, once its connection is set up for that', async () => {
    await again();
    const before = races.network.messages;
    expect(await claimedBy(again())).toMatchObject({ kind: 'done', claims: 1 });
    expect(races.network.messages).toBe(before + 1);
  });

  it('takes the usual path behind a pooler, whose sessions do not keep the settings of a client', async () => {
    races.network.disguise();
    const pooled = postgres(races.network.url);
    await pooled.open();
    onTestFinished(() => pooled.close());
    const trigger = () => pooled.command({ jobId: 'a', command: { kind: 'trigger' }, claim: claimsWith() });
    await trigger();
    expect(await claimedBy(trigger())).toMatchObject({ kind: 'done', claims: 1 });
    expect((await races.other.query(LAST_GUESS)).rows).toEqual([{ at: null }]);
  });

  it('locks its job first where many of its runs are live, and guesses nothing before that', async () => {
    for (let n = 0; n < 5; n++) await again();
    const lastGuess = async () => (await races.other.query(LAST_GUESS)).rows;
    const before = await lastGuess();
    expect(before).toEqual([{ at: expect.any(Date) }]);
    await races.other.query("BEGIN; SELECT FROM greenvue_jobs.jobs WHERE id = 'a' FOR NO KEY UPDATE");
    const waits = again();
    await expect.poll(isWaiting, { interval: 2 }).toBe(true);
    await races.other.query('COMMIT');
    expect(await lastGuess()).toEqual(before);
    expect(await claimedBy(waits)).toMatchObject({ kind: 'done', claims: 1 });
  });

  it('uses the time of the database, and returns the run as it is written', async () => {
    const { now, monotonic, setTimer } = createSystemClock();
    const clock = { now: () => now() + HOUR, monotonic, setTimer };
    const ahead = createPostgresStore({ url: races.url, clock });
    await ahead.open();
    onTestFinished(() => ahead.close());
    const trigger = () => ahead.command({ jobId: 'a', command: { kind: 'trigger' }, claim: claimsWith() });
    await trigger();
    await races.other.query("BEGIN; SELECT FROM greenvue_jobs.jobs WHERE id = 'a' FOR NO KEY UPDATE");
    const result = await trigger();
    const { queued, claimed } = required(result.kind === 'done' ? result : undefined);
    await races.other.query('ROLLBACK');
    const run = required(queued[0]);
    expect(Math.abs(run.queuedAt - Date.now())).toBeLessThan(HOUR / 2);
    const written = (await ahead.getRun(run.id))?.run;
    expect(written).toMatchObject({ queuedAt: run.queuedAt, availableAt: run.availableAt });
    expect(written).toMatchObject({ startedAt: required(claimed).now });
  });

  it('uses another edit of the same number, as after a failover', async () => {
    await races.other.query(
      `UPDATE greenvue_jobs.jobs SET updated_at = updated_at + 1, payload = '{"n":2}' WHERE id = 'a'`,
    );
    expect(await claimedBy(again())).toMatchObject({ job: { version: 1, payload: '{"n":2}' }, claims: 1 });
  });

  it('uses an edit that was written since', async () => {
    await races.other.query(NEW_VERSION);
    expect(await claimedBy(again())).toMatchObject({ job: { version: 2, typeVersion: 2 }, claims: 1 });
  });

  it('does not block its node while it waits for the job', async () => {
    const node = { id: 'here', version: '0', places: 1, types: TYPES, startedAt: 0 };
    const membership = await races.store.join(node, NOOP_LISTENER);
    const gone = "DELETE FROM greenvue_jobs.nodes WHERE id = 'here'";
    expect(await claimedBy(whileHeld(again, gone))).toMatchObject({ kind: 'done', claims: 0 });
    await membership.leave();
  });

  it('does not wait for decisions about the job, since it takes no room', async () => {
    await races.other.query("BEGIN; SELECT FROM greenvue_jobs.jobs WHERE id = 'a' FOR NO KEY UPDATE");
    expect(await claimedBy(again())).toMatchObject({ kind: 'done', claims: 1 });
    await races.other.query('ROLLBACK');
  });

  it('waits for a running edit, and uses it', async () => {
    expect(await whileHeld(again, NEW_VERSION)).toMatchObject({
      kind: 'done',
      job: { version: 2, typeVersion: 2 },
      queued: [{}],
      claimed: { jobs: [{ version: 2 }], runs: [{}] },
    });
    expect(await claimedBy(again())).toMatchObject({ kind: 'done', job: { version: 2 }, claims: 1 });
  });

  it('makes no run of a job that is being deleted', async () => {
    const gone = "UPDATE greenvue_jobs.jobs SET deleted_at = 1 WHERE id = 'a'";
    expect(await whileHeld(again, gone)).toEqual({ kind: 'absent' });
    expect((await races.other.query('SELECT FROM greenvue_jobs.live_runs')).rows).toHaveLength(1);
  });

  it('is not claimed by a node that was declared dead', async () => {
    const node = { id: 'here', version: '0', places: 1, types: TYPES, startedAt: 0 };
    const membership = await races.store.join(node, NOOP_LISTENER);
    expect(await claimedBy(again())).toMatchObject({ kind: 'done', claims: 1 });
    await races.other.query('DELETE FROM greenvue_jobs.nodes');
    expect(await claimedBy(again())).toMatchObject({ kind: 'done', queued: [{}], claims: 0 });
    await membership.leave();
  });

  it('rejects if its commit is in doubt, and creates one run', async () => {
    await again();
    races.network.loseAnswer();
    const failure = await again().catch((error: unknown) => error);
    expect(mayBeDone(failure)).toBe(true);
    expect((await races.other.query('SELECT FROM greenvue_jobs.live_runs')).rows).toHaveLength(3);
    expect(await claimedBy(again())).toMatchObject({ kind: 'done', claims: 1 });
  });
});

// Promise P7, overlap.
describe('a trigger of a job whose runs may not overlap', () => {
  const claim = { node: 'here', types: TYPES, places: 9, prefetch: 0 };
  const on = (store: JobStore) => () => store.command({ jobId: 'a', command: { kind: 'trigger' }, claim });
  const again = () => on(races.store)();
  const live = async () => (await races.other.query('SELECT FROM greenvue_jobs.live_runs')).rows.length;
  const settled = async (command: Promise<CommandResult>) => {
    const result = await command;
    const run = required(result.kind === 'done' ? result.claimed?.runs[0] : undefined);
    const { id: runId, fence } = run;
    await races.store.settle([{ runId, fence, outcome: SUCCEEDED, random: 0, startedAt: 1, finishedAt: 2 }]);
  };
  beforeEach(async () => {
    await races.store.insertJob({ definition: definitionOf('a', { schedule: ON_DEMAND, overlap: 'skip' }) });
    for (let n = 0; n < 2; n++) await settled(again());
  });

  it('is also one message and its answer, once the last run has ended', async () => {
    const before = races.network.messages;
    const made = await again();
    expect(races.network.messages).toBe(before + 1);
    expect(made).toMatchObject({ kind: 'done', claimed: { runs: [{}] } });
  });

  it('is refused while a run is live', async () => {
    await again();
    expect(await again()).toMatchObject({ kind: 'refused', refusal: { code: 'overlap' } });
    expect(await live()).toBe(1);
  });

  it('waits for a decision about the job, and follows it', async () => {
    const took = `INSERT INTO greenvue_jobs.live_runs (id, job_uid, type_key, trigger, catch_up, missed, queued_at, held, available_at)
      SELECT 1, uid, type_key, 'manual', false, 0, 1, 'no', 1 FROM greenvue_jobs.jobs WHERE id = 'a'`;
    expect(await whileHeld(again, took)).toMatchObject({ kind: 'refused' });
  });

  it('changes the row of the job, so that a transaction with an older snapshot cannot take the room too', async () => {
    const row = async () => (await races.other.query('SELECT ctid, xmin FROM greenvue_jobs.jobs')).rows;
    const before = await row();
    await again();
    expect(await row()).not.toEqual(before);
  });

  it('makes one run when two nodes ask at once', async () => {
    const second = postgres(races.url);
    await second.open();
    onTestFinished(() => second.close());
    for (let n = 0; n < 2; n++) await settled(on(second)());
    for (let round = 0; round < 100; round++) {
      const asked = [again(), on(second)()];
      const results = await Promise.all(asked);
      expect(results.map(({ kind }) => kind).toSorted()).toEqual(['done', 'refused']);
      expect(await live()).toBe(1);
      await settled(required(asked[results.findIndex(({ kind }) => kind === 'done')]));
    }
  });
});

/** When any connection last ran this query. */
const LAST_GUESS = `SELECT max(query_start) AS at FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE 'WITH job AS MATERIALIZED%ctid AS place%'`;
