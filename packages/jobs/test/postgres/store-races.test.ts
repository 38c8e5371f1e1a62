import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeEach, describe, expect, inject, it, onTestFinished } from 'vitest';
import type { NodeListener } from '../../src/core/membership.ts';
import type { Schedule } from '../../src/core/schedule.ts';
import type { JobStore } from '../../src/core/store.ts';
import type { InsertOutcome } from '../../src/core/store-commands.ts';
import { createSystemClock } from '../../src/index.ts';
import { mayBeDone } from '../../src/stores/postgres/database-errors.ts';
import { createPostgresStore } from '../../src/stores/postgres/index.ts';
import {
  definitionOf,
  every,
  HOUR,
  ON_DEMAND,
  required,
  SUCCEEDED,
  settlement,
  TYPES,
} from '../store-contract/rig.ts';
import { createNetwork, type Network } from './dead-network.ts';
import { createTestDatabase } from './test-database.ts';

const database = await createTestDatabase(inject('postgresUrl'), `races_${randomUUID().slice(0, 8)}`);
let network: Network;
let store: JobStore;
let other: pg.Client;

beforeEach(async () => {
  await database.empty();
  network = await createNetwork(database.url);
  store = createPostgresStore({ url: network.url, clock: createSystemClock() });
  await store.open();
  other = new pg.Client({ connectionString: database.url });
  await other.connect();
  onTestFinished(async () => {
    await store.close();
    await other.end();
    await network.close();
  });
});
afterAll(() => database.drop());

const claim = (places: number) => store.claim({ node: 'here', types: TYPES, places, prefetch: 0 });
const trigger = () => store.command({ jobId: 'a', command: { kind: 'trigger' } });

const insertJobs = (count: number, scheduleOf: (n: number) => Schedule) =>
  Promise.all(
    Array.from({ length: count }, (_, n) =>
      store.insertJob({ definition: definitionOf(`due-${n}`, { schedule: scheduleOf(n) }) }),
    ),
  );
const dueJobs = (count: number) => {
  const at = Date.now() - 10_000;
  return insertJobs(count, (n) => ({ kind: 'run_at', runAt: at + n }));
};
const plan = (limit: number) =>
  store.plan({ types: TYPES, limit, claim: { node: 'here', types: TYPES, places: 1_000, prefetch: 0 } });

/** A job `a` with so many claimed runs, claimed one after the other. */
async function claimed(count: number, schedule: Schedule = ON_DEMAND) {
  await store.insertJob({ definition: definitionOf('a', { schedule, overlap: 'allow' }) });
  for (let n = 0; n < count; n++) await trigger();
  return (await claim(count)).runs;
}

/** Another transaction holds the job, and does this in it while `work` waits. */
async function whileHeld<T>(work: () => Promise<T>, change: string, values: unknown[] = []): Promise<T> {
  await other.query("BEGIN; SELECT FROM greenvue_jobs.jobs WHERE id = 'a' FOR UPDATE");
  const working = work();
  await expect.poll(isWaiting, { interval: 2 }).toBe(true);
  await other.query(change, values);
  await other.query('COMMIT');
  return working;
}

async function isWaiting(): Promise<boolean> {
  const { rows } = await other.query(
    "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
  );
  return rows.length > 0;
}

const NEW_VERSION = `UPDATE greenvue_jobs.jobs SET version = version + 1, type_key =
  (SELECT key FROM greenvue_jobs.job_types WHERE type = 'noop' AND version = 2) WHERE id = 'a'`;
const CLAIM_ANEW = `UPDATE greenvue_jobs.live_runs SET node = 'there', fence = nextval('greenvue_jobs.ids')
  WHERE id = $1`;
/** Another one like `model`. */
const COPY_JOB = `INSERT INTO greenvue_jobs.jobs SELECT (jsonb_populate_record(jobs,
  jsonb_build_object('id', $1::text, 'uid', nextval('greenvue_jobs.ids')))).* FROM greenvue_jobs.jobs WHERE id = 'model'`;

const nothing = () => undefined;
const DEAF: NodeListener = {
  notice: nothing,
  others: nothing,
  missed: nothing,
  recovered: nothing,
  lost: nothing,
  hampered: nothing,
  state: () => ({ busy: 0, buffered: 0, throttled: false, eventLoopDelayMs: 0 }),
};

describe('two nodes at one row', () => {
  beforeEach(() =>
    store.insertJob({ definition: definitionOf('b', { typeVersion: 2 }) }).then(() => undefined),
  );

  it('P22: a settlement that waits for an edit to a newer version of its type is written', async () => {
    const run = required((await claimed(1))[0]);
    const settle = async () => (await store.settle([settlement(run, SUCCEEDED, Date.now())])).results[0];
    const result = await whileHeld(settle, NEW_VERSION);
    // On a slow machine it has waited for long enough before the edit was done.
    expect(result?.kind === 'later' ? await settle() : result).toMatchObject({ kind: 'finished' });
  });

  // On a slow machine the wait may be over before the other one looks; then what is free is taken.
  it('P20: where others settle the same jobs, it holds none behind one that it waits for, so that all take turns', {
    retry: 3,
  }, async () => {
    const ofA = await claimed(2);
    await store.insertJob({ definition: definitionOf('c', { schedule: ON_DEMAND, overlap: 'allow' }) });
    for (let n = 0; n < 2; n++) await store.command({ jobId: 'c', command: { kind: 'trigger' } });
    const ofC = (await claim(2)).runs;
    const settle = (n: number) => () =>
      store.settle([ofC, ofA].map((runs) => settlement(required(runs[n]), SUCCEEDED, Date.now())));
    // The first time it learns that there are others.
    await whileHeld(settle(0), 'SELECT');
    const c = "SELECT FROM greenvue_jobs.jobs WHERE id = 'c' FOR UPDATE NOWAIT";
    const { results } = await whileHeld(settle(1), c);
    expect(results).toMatchObject([{ kind: 'finished' }, { kind: 'finished' }]);
  });

  it('P20: while many settlements wait for a job, claims beside them do not', { retry: 3 }, async () => {
    const runs = await claimed(200);
    await store.insertJob({ definition: definitionOf('c', { schedule: ON_DEMAND }) });
    await store.command({ jobId: 'c', command: { kind: 'trigger' } });
    await other.query("BEGIN; SELECT FROM greenvue_jobs.jobs WHERE id = 'a' FOR UPDATE");
    let isSettled = false;
    const settling = store.settle(runs.map((run) => settlement(run, SUCCEEDED, Date.now()))).finally(() => {
      isSettled = true;
    });
    expect((await claim(1)).runs).toHaveLength(1);
    expect(isSettled).toBe(false);
    await other.query('COMMIT');
    expect((await settling).results.every(({ kind }) => kind === 'finished')).toBe(true);
  });

  it('P4: what is due of a job that they hold is planned once they are written', async () => {
    const runs = await claimed(200, every(1));
    await other.query('BEGIN; SELECT FROM greenvue_jobs.live_runs FOR UPDATE');
    const settling = store.settle(runs.map((run) => settlement(run, SUCCEEDED, Date.now())));
    await expect.poll(isWaiting, { interval: 2 }).toBe(true);
    expect((await store.plan({ types: TYPES, limit: 10 })).queued).toEqual([]);
    await other.query('COMMIT');
    expect(await settling).toMatchObject({ wake: true });
    expect((await store.plan({ types: TYPES, limit: 10 })).queued).not.toEqual([]);
  });

  it('P16: a claim brings the job as it is, though the node knew it otherwise', async () => {
    await claimed(1);
    const edit = `UPDATE greenvue_jobs.jobs SET payload = $1, version = version + $2, updated_at = updated_at + 1
      WHERE id = 'a'`;
    // By another node; and after a failover that has lost an edit, another one of the same version.
    for (const versions of [1, 0]) {
      await other.query(edit, [`{"edited":${versions}}`, versions]);
      await trigger();
      const { jobs } = await claim(1);
      expect(jobs[0]?.payload).toBe(`{"edited":${versions}}`);
    }
  });

  it('P16: a claim does not read again what the node has made itself, also while others change its state', async () => {
    const job = definitionOf('a', { schedule: ON_DEMAND, overlap: 'allow' });
    await store.insertJob({ definition: job, by: 'ann', trace: 'a trace' });
    await other.query(
      "UPDATE greenvue_jobs.jobs SET description = 'not read', failed_in_row = 3 WHERE id = 'a'",
    );
    await trigger();
    const { jobs } = await claim(1);
    expect(jobs).toEqual([
      expect.objectContaining({ ...job, createdBy: 'ann', trace: 'a trace', failedInRow: 3 }),
    ]);
    expect((await store.getJob('a', TYPES))?.job.description).toBe('not read');
  });

  it('P22: a cancel that waits for such an edit finds its job', async () => {
    const run = required((await claimed(1))[0]);
    const result = await whileHeld(() => store.cancelRun({ runId: run.id, force: true }), NEW_VERSION);
    expect(result).toMatchObject({ kind: 'cancelled' });
  });

  it('P9, P10: who takes back a claim of the dead leaves it alone once another node has claimed it anew', async () => {
    const run = required((await claimed(1))[0]);
    await whileHeld(() => store.recover({ node: 'me' }), CLAIM_ANEW, [run.id]);
    expect((await store.getRun(run.id))?.run).toMatchObject({ claim: { node: 'there' }, recoveries: 0 });
  });

  it('P9, P10: nor does a node give back what another one has claimed meanwhile', async () => {
    const run = required((await claimed(1))[0]);
    const reconcile = () => store.reconcile({ node: 'here', holds: [] });
    await whileHeld(reconcile, CLAIM_ANEW, [run.id]);
    expect((await store.getRun(run.id))?.run).toMatchObject({ claim: { node: 'there' } });
  });
});

describe('claims whose answer was lost', () => {
  it('P9: are given back but for those of a job that somebody holds, which follow later', async () => {
    await claimed(1);
    await store.insertJob({ definition: definitionOf('b', { schedule: ON_DEMAND }) });
    await store.command({ jobId: 'b', command: { kind: 'trigger' } });
    expect((await claim(1)).runs).toHaveLength(1);
    const reconcile = () => store.reconcile({ node: 'here', holds: [] });
    await other.query("BEGIN; SELECT FROM greenvue_jobs.jobs WHERE id = 'a' FOR UPDATE");
    expect(await reconcile()).toEqual({ givenBack: 1, left: 1 });
    await other.query('COMMIT');
    expect(await reconcile()).toEqual({ givenBack: 1, left: 0 });
  });
});

describe('a connection that is lost while a transaction ends', () => {
  it('P9: a claim that may be made rejects, and is given back; it is not made a second time for other runs', async () => {
    await claimed(0);
    await trigger();
    await trigger();
    network.loseCommit();
    const [planned, lost] = await Promise.allSettled([store.plan({ types: TYPES, limit: 10 }), claim(1)]);
    expect([planned.status, lost.status]).toEqual(['rejected', 'rejected']);
    expect(await store.reconcile({ node: 'here', holds: [] })).toEqual({ givenBack: 1, left: 0 });
    expect((await claim(10)).runs).toHaveLength(2);
  });

  it('P9: nor is what a plan made and claimed; settlements before it may be written, and are not told as stale', async () => {
    const [run] = await claimed(1);
    await dueJobs(1);
    network.loseCommit();
    const both = [store.settle([settlement(required(run), SUCCEEDED, Date.now())]), plan(10)];
    const results = await Promise.allSettled(both);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    const { rows } = await other.query('SELECT node FROM greenvue_jobs.live_runs');
    expect(rows).toEqual([{ node: 'here' }]);
    expect(await store.reconcile({ node: 'here', holds: [] })).toEqual({ givenBack: 1, left: 0 });
  });
});

describe('a trigger of a job that was triggered here before', () => {
  const claimsWith = (types = TYPES) => ({ node: 'here', types, places: 9, prefetch: 0 });
  const again = () =>
    store.command({ jobId: 'a', command: { kind: 'trigger' }, claim: claimsWith({ noop: 2 }) });
  const claimedBy = async (command: ReturnType<typeof again>) => {
    const result = await command;
    return result.kind === 'done' ? { ...result, claims: result.claimed?.runs.length } : result;
  };
  const claimedDone = async (command: ReturnType<typeof again>) => {
    const result = await command;
    return result.kind === 'done' ? result : undefined;
  };
  beforeEach(async () => {
    await store.insertJob({ definition: definitionOf('b', { typeVersion: 2 }) });
    await claimed(0);
    await again();
  });

  it('waits for no answer before it commits', async () => {
    network.holdAnswers();
    expect(await claimedBy(again())).toMatchObject({ kind: 'done', claims: 1 });
  });

  it('locks its job first where many of its runs are live, and guesses nothing before that', async () => {
    for (let n = 0; n < 5; n++) await again();
    const before = network.commits;
    await other.query("BEGIN; SELECT FROM greenvue_jobs.jobs WHERE id = 'a' FOR NO KEY UPDATE");
    const waits = again();
    await expect.poll(isWaiting, { interval: 2 }).toBe(true);
    expect(network.commits).toBe(before);
    await other.query('COMMIT');
    expect(await claimedBy(waits)).toMatchObject({ kind: 'done', claims: 1 });
  });

  it('P17: goes by the time of the database, and tells the run as it is written', async () => {
    const { now, monotonic, setTimer } = createSystemClock();
    const clock = { now: () => now() + HOUR, monotonic, setTimer };
    const ahead = createPostgresStore({ url: database.url, clock });
    await ahead.open();
    onTestFinished(() => ahead.close());
    const trigger = () => ahead.command({ jobId: 'a', command: { kind: 'trigger' }, claim: claimsWith() });
    await trigger();
    await other.query("BEGIN; SELECT FROM greenvue_jobs.jobs WHERE id = 'a' FOR NO KEY UPDATE");
    const { queued, claimed } = required(await claimedDone(trigger()));
    await other.query('ROLLBACK');
    const run = required(queued[0]);
    expect(Math.abs(run.queuedAt - Date.now())).toBeLessThan(HOUR / 2);
    const written = (await ahead.getRun(run.id))?.run;
    expect(written).toMatchObject({ queuedAt: run.queuedAt, availableAt: run.availableAt });
    expect(written).toMatchObject({ startedAt: required(claimed).now });
  });

  it('P16: goes by another edit of the same number, as after a failover', async () => {
    await other.query(
      `UPDATE greenvue_jobs.jobs SET updated_at = updated_at + 1, payload = '{"n":2}' WHERE id = 'a'`,
    );
    expect(await claimedBy(again())).toMatchObject({ job: { version: 1, payload: '{"n":2}' }, claims: 1 });
  });

  it('P9: lets its node go while it waits for the job', async () => {
    const node = { id: 'here', version: '0', places: 1, types: TYPES, startedAt: 0 };
    const membership = await store.join(node, DEAF);
    const gone = "DELETE FROM greenvue_jobs.nodes WHERE id = 'here'";
    expect(await claimedBy(whileHeld(again, gone))).toMatchObject({ kind: 'done', claims: 0 });
    await membership.leave();
  });

  it('P20: waits for no decision about the job, since it takes nothing from it', async () => {
    await other.query("BEGIN; SELECT FROM greenvue_jobs.jobs WHERE id = 'a' FOR NO KEY UPDATE");
    expect(await claimedBy(again())).toMatchObject({ kind: 'done', claims: 1 });
    await other.query('ROLLBACK');
  });

  it('P16: waits for an edit that is under way, and goes by it', async () => {
    expect(await whileHeld(again, NEW_VERSION)).toMatchObject({
      kind: 'done',
      job: { version: 2, typeVersion: 2 },
      queued: [{}],
      claimed: { jobs: [{ version: 2 }], runs: [{}] },
    });
    expect(await claimedBy(again())).toMatchObject({ kind: 'done', job: { version: 2 }, claims: 1 });
  });

  it('P13: makes nothing of a job that is being deleted', async () => {
    const gone = "UPDATE greenvue_jobs.jobs SET deleted_at = 1 WHERE id = 'a'";
    expect(await whileHeld(again, gone)).toEqual({ kind: 'absent' });
    expect((await other.query('SELECT FROM greenvue_jobs.live_runs')).rows).toHaveLength(1);
  });

  it('P9: is not claimed by a node that is dead to the others', async () => {
    const node = { id: 'here', version: '0', places: 1, types: TYPES, startedAt: 0 };
    const membership = await store.join(node, DEAF);
    expect(await claimedBy(again())).toMatchObject({ kind: 'done', claims: 1 });
    await other.query('DELETE FROM greenvue_jobs.nodes');
    expect(await claimedBy(again())).toMatchObject({ kind: 'done', queued: [{}], claims: 0 });
    await membership.leave();
  });

  it('rejects when nobody knows whether it is made, and is made once', async () => {
    network.loseCommit();
    const failure = await again().catch((error: unknown) => error);
    expect(mayBeDone(failure)).toBe(true);
    expect((await other.query('SELECT FROM greenvue_jobs.live_runs')).rows).toHaveLength(2);
    expect(await claimedBy(again())).toMatchObject({ kind: 'done', claims: 1 });
  });
});

describe('runs that somebody holds, such as a node that was frozen while it claimed', () => {
  it('P18: are looked at again a little later, and not all the time', async () => {
    await claimed(0);
    await trigger();
    await other.query('BEGIN; SELECT FROM greenvue_jobs.live_runs FOR UPDATE');
    const { runs, nextDueAt, now } = await claim(1);
    expect(runs).toEqual([]);
    expect(required(nextDueAt) - now).toBeGreaterThan(100);
    await other.query('ROLLBACK');
    expect((await claim(1)).runs).toHaveLength(1);
  });
});

describe('many reads that take long', () => {
  it('P20: no pass waits for them', async () => {
    await claimed(0);
    await trigger();
    await other.query('BEGIN; LOCK TABLE greenvue_jobs.audit');
    const reads = Array.from({ length: 10 }, () => store.listAudit({ limit: 1 }).catch(() => []));
    await expect.poll(isWaiting).toBe(true);
    expect((await claim(1)).runs).toHaveLength(1);
    await other.query('ROLLBACK');
    await Promise.all(reads);
  });
});

describe('a node that is dead to the others', () => {
  it('P9: plans, and claims nothing of that', async () => {
    const node = { id: 'here', version: '0', places: 1, types: TYPES, startedAt: 0 };
    const membership = await store.join(node, DEAF);
    const plan = () =>
      store.plan({ types: TYPES, limit: 1, claim: { node: 'here', types: TYPES, places: 1, prefetch: 0 } });
    for (const id of ['a', 'b'])
      await store.insertJob({ definition: definitionOf(id, { schedule: every(1) }) });
    expect((await plan()).claimed?.runs).toHaveLength(1);
    await other.query('DELETE FROM greenvue_jobs.nodes');
    const { queued, claimed } = await plan();
    expect(queued).toHaveLength(1);
    expect(claimed?.runs).toEqual([]);
    await membership.leave();
  });
});

describe('jobs that somebody holds, such as a node that was frozen while it planned', () => {
  it('P4: keep no others from being planned, however many they are', async () => {
    for (const n of [1, 2, 3]) {
      const schedule = { kind: 'run_at', runAt: Date.now() - 10_000 + n } as const;
      await store.insertJob({ definition: definitionOf(`due-${n}`, { schedule }) });
    }
    await other.query("BEGIN; SELECT FROM greenvue_jobs.jobs WHERE id IN ('due-1', 'due-2') FOR UPDATE");
    const { queued } = await store.plan({ types: TYPES, limit: 2 });
    expect(queued.map(({ jobId }) => jobId)).toEqual(['due-3']);
    await other.query('ROLLBACK');
  });
});

describe('plans', () => {
  it('P5: that are asked for in one turn are one transaction, and each takes what the one before has left', async () => {
    await dueJobs(3);
    const plans = await Promise.all([plan(1), plan(1), plan(1)]);
    expect(plans.map(({ queued }) => queued.map(({ jobId }) => jobId))).toEqual([
      ['due-0'],
      ['due-1'],
      ['due-2'],
    ]);
    expect(plans.map(({ claimed }) => claimed?.runs.length)).toEqual([1, 1, 1]);
    const { rows } = await other.query('SELECT DISTINCT xmin::text FROM greenvue_jobs.live_runs');
    expect(rows).toHaveLength(1);
  });

  it('P5: take each of many jobs once, and write what was decided of all', async () => {
    await dueJobs(300);
    const { queued, claimed, more } = await plan(500);
    expect(queued.map(({ jobId }) => jobId)).toEqual(Array.from({ length: 300 }, (_, n) => `due-${n}`));
    expect(claimed?.runs).toHaveLength(300);
    expect(more).toBe(false);
    const { rows } = await other.query(
      'SELECT count(*)::integer AS left FROM greenvue_jobs.jobs WHERE wake_at IS NOT NULL',
    );
    expect(rows).toEqual([{ left: 0 }]);
    expect((await plan(500)).queued).toEqual([]);
  });

  it('P4: tell no later time than that up to which they have looked, however far the server is', async () => {
    const at = Date.now() + 300;
    await insertJobs(2_000, (n) => every(HOUR, { startAt: at + n * 5 }));
    network.slow(20);
    const { now, queued } = await store.plan({ types: TYPES, limit: 2_000, aheadMs: 300 });
    expect(queued.length).toBeGreaterThan(0);
    const { rows } = await other.query('SELECT min(wake_at) AS next FROM greenvue_jobs.jobs');
    expect(Number(rows[0].next)).toBeGreaterThan(now + 300);
  });

  it('P4: are made anew where the database has undone them, whatever it was that it could not write', async () => {
    await other.query(FAIL_ONCE);
    onTestFinished(async () => {
      await other.query('DROP FUNCTION public.fail_once CASCADE; DROP SEQUENCE public.failures');
    });
    await dueJobs(2);
    const { queued, claimed } = await plan(10);
    expect(queued.map(({ jobId }) => jobId)).toEqual(['due-0', 'due-1']);
    expect(claimed?.runs).toHaveLength(2);
    const { rows } = await other.query("SELECT nextval('public.failures')::integer AS tries");
    expect(rows).toEqual([{ tries: 3 }]);
  });
});

describe('many jobs that are asked for at once', () => {
  const insert = (id: string) => store.insertJob({ definition: definitionOf(id) });
  const insertMany = (prefix: string, count: number) =>
    Promise.all(Array.from({ length: count }, (_, n) => insert(`${prefix}-${n}`)));
  const created = (outcomes: readonly InsertOutcome[]) =>
    outcomes.filter(({ kind }) => kind === 'created').length;
  /** Somebody's open transaction has made it. */
  const insertElsewhere = async (id: string) => {
    await insert('model');
    await other.query('BEGIN');
    await other.query(COPY_JOB, [id]);
  };

  it('are written in few transactions', async () => {
    await insert('first');
    expect(created(await insertMany('job', 300))).toBe(300);
    const { rows } = await other.query(
      'SELECT count(DISTINCT xmin::text)::integer AS n FROM greenvue_jobs.jobs',
    );
    expect(rows[0].n).toBeLessThanOrEqual(3);
  });

  it('do not wait for the one whose id somebody holds; that one is `busy` after 2 s', async () => {
    await insertElsewhere('held');
    const since = performance.now();
    let waitedMs = Number.NaN;
    const held = insert('held').finally(() => {
      waitedMs = performance.now() - since;
    });
    const rejected = expect(held).rejects.toMatchObject({ code: 'busy' });
    // Few enough that a slow machine makes them, one by one as they are, well within 2 s.
    expect(created(await insertMany('with', 30))).toBe(30);
    expect(created(await insertMany('after', 30))).toBe(30);
    expect(performance.now() - since).toBeLessThan(1_500);
    await rejected;
    expect(waitedMs).toBeGreaterThan(1_900);
    await other.query('ROLLBACK');
    expect(await insert('held')).toMatchObject({ kind: 'created' });
  });

  it('nor for one that was asked for alone; that one `exists` once the other transaction has ended', async () => {
    await insertElsewhere('held');
    const held = insert('held');
    await expect.poll(isWaiting, { interval: 2 }).toBe(true);
    const since = performance.now();
    expect(created(await insertMany('beside', 100))).toBe(100);
    expect(performance.now() - since).toBeLessThan(1_500);
    await other.query('COMMIT');
    expect(await held).toEqual({ kind: 'exists' });
  });

  it('reject together when they may be made already: nobody is told that his own job exists', async () => {
    await insert('model');
    network.loseCommit();
    const results = await Promise.allSettled(['one', 'two', 'three'].map(insert));
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(await insert('two')).toEqual({ kind: 'exists' });
  });

  it('are made on two nodes at once, each by one of them', async () => {
    const second = createPostgresStore({ url: network.url, clock: createSystemClock() });
    await second.open();
    onTestFinished(() => second.close());
    const ids = Array.from({ length: 200 }, (_, n) => `job-${n}`);
    const there = ids.toReversed().map((id) => second.insertJob({ definition: definitionOf(id) }));
    const outcomes = await Promise.all([...ids.map(insert), ...there]);
    expect(created(outcomes)).toBe(200);
    expect(outcomes.filter(({ kind }) => kind === 'exists')).toHaveLength(200);
  });
});

/** Runs are written the second time. */
const FAIL_ONCE = `CREATE SEQUENCE public.failures;
  CREATE FUNCTION public.fail_once() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF nextval('public.failures') = 1 THEN RAISE EXCEPTION 'undone' USING ERRCODE = '40P01'; END IF;
    RETURN NULL;
  END $$;
  CREATE TRIGGER fails_once AFTER INSERT ON greenvue_jobs.live_runs FOR EACH STATEMENT EXECUTE FUNCTION public.fail_once()`;
