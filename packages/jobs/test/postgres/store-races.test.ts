import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Schedule } from '../../src/core/schedule/schedule.ts';
import { Database } from '../../src/stores/postgres/connection/database.ts';
import { type Queries, queriesOn } from '../../src/stores/postgres/connection/queries.ts';
import { KnownClaims } from '../../src/stores/postgres/shortcuts/known-claims.ts';
import { KnownJobs } from '../../src/stores/postgres/shortcuts/known-jobs.ts';
import { openMove } from '../../src/stores/postgres/shortcuts/move-succeeded.ts';
import { ALL_SHORTCUTS } from '../../src/stores/postgres/shortcuts/shortcuts.ts';
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
import { createRaces, NEW_VERSION, NOOP_LISTENER } from './races.ts';

const races = await createRaces();
const { claim, claimed, isWaiting, trigger, whileHeld } = races;

const insertJobs = (count: number, scheduleOf: (n: number) => Schedule) =>
  Promise.all(
    Array.from({ length: count }, (_, n) =>
      races.store.insertJob({ definition: definitionOf(`due-${n}`, { schedule: scheduleOf(n) }) }),
    ),
  );
const dueJobs = (count: number) => {
  const at = Date.now() - 10_000;
  return insertJobs(count, (n) => ({ kind: 'run_at', runAt: at + n }));
};
const plan = (limit: number) =>
  races.store.plan({
    types: TYPES,
    limit,
    claim: { node: 'here', types: TYPES, places: 1_000, prefetch: 0 },
  });

const CLAIM_ON_OTHER_NODE = `UPDATE greenvue_jobs.live_runs SET node = 'there', fence = nextval('greenvue_jobs.ids')
  WHERE id = $1`;

// Promises P4, stored next run; P7, overlap; P9, lost nodes; P10, fence; P16, edit; P20, isolation; P22,
// types and deploys.
describe('two nodes at one row', () => {
  beforeEach(() =>
    races.store.insertJob({ definition: definitionOf('b', { typeVersion: 2 }) }).then(() => undefined),
  );

  it('a settlement that waits for an edit to a newer version of its type is written', async () => {
    const run = required((await claimed(1))[0]);
    const settle = async () =>
      (await races.store.settle([settlement(run, SUCCEEDED, Date.now())])).results[0];
    const result = await whileHeld(settle, NEW_VERSION);
    // On a slow machine the wait has ended before the edit.
    expect(result?.kind === 'later' ? await settle() : result).toMatchObject({ kind: 'finished' });
  });

  // On a slow machine the wait may end before the other node looks; then it takes the free jobs.
  it('a node that waits for a job holds no later one, so that all nodes take turns', {
    retry: 3,
  }, async () => {
    const ofA = await claimed(2);
    await races.store.insertJob({ definition: definitionOf('c', { schedule: ON_DEMAND, overlap: 'allow' }) });
    for (let n = 0; n < 2; n++) await races.store.command({ jobId: 'c', command: { kind: 'trigger' } });
    const ofC = (await claim(2)).runs;
    const settle = (n: number) => () =>
      races.store.settle([ofC, ofA].map((runs) => settlement(required(runs[n]), SUCCEEDED, Date.now())));
    // The store learns that there are other nodes.
    await whileHeld(settle(0), 'SELECT');
    const c = "SELECT FROM greenvue_jobs.jobs WHERE id = 'c' FOR UPDATE NOWAIT";
    const { results } = await whileHeld(settle(1), c);
    expect(results).toMatchObject([{ kind: 'finished' }, { kind: 'finished' }]);
  });

  it('while many settlements wait for a job, claims beside them do not', { retry: 3 }, async () => {
    const runs = await claimed(200);
    await races.store.insertJob({ definition: definitionOf('c', { schedule: ON_DEMAND }) });
    await races.store.command({ jobId: 'c', command: { kind: 'trigger' } });
    await races.other.query("BEGIN; SELECT FROM greenvue_jobs.jobs WHERE id = 'a' FOR UPDATE");
    let isSettled = false;
    const settling = races.store
      .settle(runs.map((run) => settlement(run, SUCCEEDED, Date.now())))
      .finally(() => {
        isSettled = true;
      });
    expect((await claim(1)).runs).toHaveLength(1);
    expect(isSettled).toBe(false);
    await races.other.query('COMMIT');
    expect((await settling).results.every(({ kind }) => kind === 'finished')).toBe(true);
  });

  it('slots of a job that settlements have locked are planned once these are written', async () => {
    const runs = await claimed(200, every(1));
    await races.other.query('BEGIN; SELECT FROM greenvue_jobs.live_runs FOR UPDATE');
    const settling = races.store.settle(runs.map((run) => settlement(run, SUCCEEDED, Date.now())));
    await expect.poll(isWaiting, { interval: 2 }).toBe(true);
    expect((await races.store.plan({ types: TYPES, limit: 10 })).queued).toEqual([]);
    await races.other.query('COMMIT');
    expect(await settling).toMatchObject({ wake: true });
    expect((await races.store.plan({ types: TYPES, limit: 10 })).queued).not.toEqual([]);
  });

  it('a claim returns the current job, also when the node knew an older one', async () => {
    await claimed(1);
    const edit = `UPDATE greenvue_jobs.jobs SET payload = $1, version = version + $2, updated_at = updated_at + 1
      WHERE id = 'a'`;
    // An edit by another node, and, after a failover that lost an edit, another edit of the same version.
    for (const versions of [1, 0]) {
      await races.other.query(edit, [`{"edited":${versions}}`, versions]);
      await trigger();
      const { jobs } = await claim(1);
      expect(jobs[0]?.payload).toBe(`{"edited":${versions}}`);
    }
  });

  it('a claim does not read a job again that the node made itself, also while others change its state', async () => {
    const job = definitionOf('a', { schedule: ON_DEMAND, overlap: 'allow' });
    await races.store.insertJob({ definition: job, by: 'ann', trace: 'a trace' });
    await races.other.query(
      "UPDATE greenvue_jobs.jobs SET description = 'not read', failed_in_row = 3 WHERE id = 'a'",
    );
    await trigger();
    const { jobs } = await claim(1);
    expect(jobs).toEqual([
      expect.objectContaining({ ...job, createdBy: 'ann', trace: 'a trace', failedInRow: 3 }),
    ]);
    expect((await races.store.getJob('a', TYPES))?.job.description).toBe('not read');
  });

  it('a run ends by the rules that another node has given the job since', async () => {
    const [run] = await claimed(1);
    await races.other.query("UPDATE greenvue_jobs.jobs SET overlap = 'queue', version = version + 1");
    await trigger();
    await races.store.settle([settlement(required(run), SUCCEEDED, Date.now())]);
    expect((await claim(1)).runs).toHaveLength(1);
  });

  it('a cancel that waits for such an edit finds its job', async () => {
    const run = required((await claimed(1))[0]);
    const result = await whileHeld(() => races.store.cancelRun({ runId: run.id, force: true }), NEW_VERSION);
    expect(result).toMatchObject({ kind: 'cancelled' });
  });

  it('a node takes back no dead claim of a run that another node has claimed since', async () => {
    const run = required((await claimed(1))[0]);
    await whileHeld(() => races.store.recover({ node: 'me' }), CLAIM_ON_OTHER_NODE, [run.id]);
    expect((await races.store.getRun(run.id))?.run).toMatchObject({
      claim: { node: 'there' },
      recoveries: 0,
    });
  });

  it('a node gives back no run that another node has claimed since', async () => {
    const run = required((await claimed(1))[0]);
    const reconcile = () => races.store.reconcile({ node: 'here', holds: [] });
    await whileHeld(reconcile, CLAIM_ON_OTHER_NODE, [run.id]);
    expect((await races.store.getRun(run.id))?.run).toMatchObject({ claim: { node: 'there' } });
  });
});

// Promise P7, overlap.
it.each([1, 200])(
  'a command waits for %i settlement(s) that were asked for before it, also after earlier waits',
  async (count) => {
    const runs = await claimed(count);
    await races.store.insertJob({ definition: definitionOf('c', { schedule: ON_DEMAND }) });
    const ended: string[] = [];
    await races.other.query("BEGIN; SELECT FROM greenvue_jobs.jobs WHERE id = 'a' FOR UPDATE");
    const batch = runs.map((run) => settlement(run, SUCCEEDED, Date.now()));
    const settling = races.store.settle(batch).then(() => ended.push('settled'));
    await races.store.command({ jobId: 'c', command: { kind: 'trigger' } });
    ended.push('triggered');
    await settling;
    await races.other.query('ROLLBACK');
    expect(ended).toEqual(['settled', 'triggered']);
  },
);

// Promises P7, overlap; P9, lost nodes; P10, fence; P12, cancel.
describe('what a settlement asks for with its BEGIN', () => {
  /** Claims of the job `a`, their settlement, and the check of both. */
  async function prepared(count: number) {
    await claimed(count);
    await trigger();
    const known = await claim(1);
    const claims = new KnownClaims();
    claims.remember(known);
    const lockWaits = { timedOutAt: Number.NEGATIVE_INFINITY, foundLockedAt: Number.NEGATIVE_INFINITY };
    const shared = { claims, known: new KnownJobs(), lockWaits, shortcuts: ALL_SHORTCUTS };
    const at = Date.now();
    const batch = known.runs.map((run) => settlement(run, SUCCEEDED, at));
    return {
      batch,
      fences: batch.map(({ fence }) => fence),
      open: (q: Queries) => openMove(q, { shared, batch, at }),
    };
  }
  const kept = async () => (await races.other.query('SELECT FROM greenvue_jobs.runs')).rows.length;

  it('moves succeeded runs and returns the other live ones; a rollback undoes all of it', async () => {
    const { fences, open } = await prepared(1);
    const db = new Database({ url: races.url, max: 1 });
    onTestFinished(() => db.close());
    const undone = db.boundedTransaction(
      async (_q, _now, opened) => {
        expect(opened?.rows).toMatchObject([{ moved: fences }]);
        expect(opened?.live.rows).toHaveLength(1);
        throw new Error('undone');
      },
      { opening: open },
    );
    await expect(undone).rejects.toThrow('undone');
    expect(await kept()).toBe(0);
    await db.boundedTransaction(async () => undefined, { opening: open });
    expect(await kept()).toBe(1);
  });

  it('moves nothing if that BEGIN has failed', async () => {
    const { batch, open } = await prepared(0);
    const opened = await open(queriesOn(races.other));
    expect(opened?.rows).toMatchObject([{ moved: null }]);
    const { results } = await races.store.settle(batch);
    expect(results).toEqual([{ kind: 'finished', status: 'succeeded' }]);
  });

  it.each([
    ['moves a run that was asked to stop in between', "cancel = 'user'", 1],
    ['moves no run that another node has claimed since', "node = 'there', fence = 7", 0],
    [
      'moves no run that was put back in between',
      "node = NULL, fence = NULL, status = 'queued', started_at = NULL",
      0,
    ],
  ])('%s', async (_what, change, count) => {
    const { fences, open } = await prepared(0);
    const db = new Database({ url: races.url, max: 1 });
    onTestFinished(() => db.close());
    await races.other.query(`BEGIN; UPDATE greenvue_jobs.live_runs SET ${change}`);
    const moved = db.boundedTransaction(async (_q, _now, opened) => opened?.rows, { opening: open });
    await expect.poll(races.isWaiting, { interval: 2 }).toBe(true);
    await races.other.query('COMMIT');
    expect(await moved).toMatchObject([{ moved: count === 0 ? null : fences }]);
    expect(await kept()).toBe(count);
  });

  it('sees changes of the waiting runs by the transaction for which it waits', async () => {
    await races.store.insertJob({ definition: definitionOf('c', { schedule: ON_DEMAND, overlap: 'queue' }) });
    await races.store.insertJob({ definition: definitionOf('a', { schedule: ON_DEMAND, overlap: 'queue' }) });
    for (const jobId of ['c', 'c', 'a']) await races.store.command({ jobId, command: { kind: 'trigger' } });
    const { runs } = await claim(2);
    const batch = runs.map((run) => settlement(run, SUCCEEDED, Date.now()));
    const more = `INSERT INTO greenvue_jobs.live_runs (id, job_uid, type_key, trigger, catch_up, missed, queued_at, held, available_at)
      SELECT 1, uid, type_key, 'manual', false, 0, 0, 'overlap', 0 FROM greenvue_jobs.jobs WHERE id = 'a'`;
    const { results } = await whileHeld(() => races.store.settle(batch), more);
    const later = batch.filter((_one, n) => results[n]?.kind === 'later');
    // On a slow machine the wait has ended before the holder.
    if (later.length > 0) await races.store.settle(later);
    expect((await claim(2)).runs).toHaveLength(2);
  });
});

describe('claims whose answer was lost', () => {
  // Promise P9, lost nodes.
  it('are given back, those of a locked job later', async () => {
    await claimed(1);
    await races.store.insertJob({ definition: definitionOf('b', { schedule: ON_DEMAND }) });
    await races.store.command({ jobId: 'b', command: { kind: 'trigger' } });
    expect((await claim(1)).runs).toHaveLength(1);
    const reconcile = () => races.store.reconcile({ node: 'here', holds: [] });
    await races.other.query("BEGIN; SELECT FROM greenvue_jobs.jobs WHERE id = 'a' FOR UPDATE");
    expect(await reconcile()).toEqual({ givenBack: 1, left: 1 });
    await races.other.query('COMMIT');
    expect(await reconcile()).toEqual({ givenBack: 1, left: 0 });
  });
});

// Promise P9, lost nodes.
describe('a connection that is lost while a transaction ends', () => {
  it('a claim that may have been made rejects and is given back; no second claim is made for it', async () => {
    await claimed(0);
    await trigger();
    await trigger();
    races.network.loseCommit();
    const [planned, lost] = await Promise.allSettled([
      races.store.plan({ types: TYPES, limit: 10 }),
      claim(1),
    ]);
    expect([planned.status, lost.status]).toEqual(['rejected', 'rejected']);
    expect(await races.store.reconcile({ node: 'here', holds: [] })).toEqual({ givenBack: 1, left: 0 });
    expect((await claim(10)).runs).toHaveLength(2);
  });

  it('a plan that may have claimed is not repeated; settlements before it are not reported as stale', async () => {
    const [run] = await claimed(1);
    await dueJobs(1);
    races.network.loseCommit();
    const both = [races.store.settle([settlement(required(run), SUCCEEDED, Date.now())]), plan(10)];
    const results = await Promise.allSettled(both);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    const { rows } = await races.other.query('SELECT node FROM greenvue_jobs.live_runs');
    expect(rows).toEqual([{ node: 'here' }]);
    expect(await races.store.reconcile({ node: 'here', holds: [] })).toEqual({ givenBack: 1, left: 0 });
  });
});

describe('runs that another transaction has locked, such as one of a node frozen during its claim', () => {
  // Promise P18, bounds.
  it('are looked at again a little later, not all the time', async () => {
    await claimed(0);
    await trigger();
    await races.other.query('BEGIN; SELECT FROM greenvue_jobs.live_runs FOR UPDATE');
    const { runs, nextDueAt, now } = await claim(1);
    expect(runs).toEqual([]);
    expect(required(nextDueAt) - now).toBeGreaterThan(100);
    await races.other.query('ROLLBACK');
    expect((await claim(1)).runs).toHaveLength(1);
  });
});

describe('many reads that take long', () => {
  // Promise P20, isolation.
  it('delay no pass', async () => {
    await claimed(0);
    await trigger();
    await races.other.query('BEGIN; LOCK TABLE greenvue_jobs.audit');
    const reads = Array.from({ length: 10 }, () => races.store.listAudit({ limit: 1 }).catch(() => []));
    await expect.poll(isWaiting).toBe(true);
    expect((await claim(1)).runs).toHaveLength(1);
    await races.other.query('ROLLBACK');
    await Promise.all(reads);
  });
});

describe('a node that is dead to the others', () => {
  // Promise P9, lost nodes.
  it('plans, and claims none of the runs', async () => {
    const node = { id: 'here', version: '0', places: 1, types: TYPES, startedAt: 0 };
    const membership = await races.store.join(node, NOOP_LISTENER);
    const plan = () =>
      races.store.plan({
        types: TYPES,
        limit: 1,
        claim: { node: 'here', types: TYPES, places: 1, prefetch: 0 },
      });
    for (const id of ['a', 'b'])
      await races.store.insertJob({ definition: definitionOf(id, { schedule: every(1) }) });
    expect((await plan()).claimed?.runs).toHaveLength(1);
    await races.other.query('DELETE FROM greenvue_jobs.nodes');
    const { queued, claimed } = await plan();
    expect(queued).toHaveLength(1);
    expect(claimed?.runs).toEqual([]);
    await membership.leave();
  });
});

describe('jobs that another transaction has locked, such as one of a node frozen during its plan', () => {
  // Promise P4, stored next run.
  it('delay the planning of no other job, also when there are many', async () => {
    for (const n of [1, 2, 3]) {
      const schedule = { kind: 'run_at', runAt: Date.now() - 10_000 + n } as const;
      await races.store.insertJob({ definition: definitionOf(`due-${n}`, { schedule }) });
    }
    await races.other.query(
      "BEGIN; SELECT FROM greenvue_jobs.jobs WHERE id IN ('due-1', 'due-2') FOR UPDATE",
    );
    const { queued } = await races.store.plan({ types: TYPES, limit: 2 });
    expect(queued.map(({ jobId }) => jobId)).toEqual(['due-3']);
    await races.other.query('ROLLBACK');
  });
});

// Promises P4, stored next run; P5, one run per slot.
describe('plans', () => {
  it('of one turn share a transaction, and each takes the slots that the one before left', async () => {
    await dueJobs(3);
    const plans = await Promise.all([plan(1), plan(1), plan(1)]);
    expect(plans.map(({ queued }) => queued.map(({ jobId }) => jobId))).toEqual([
      ['due-0'],
      ['due-1'],
      ['due-2'],
    ]);
    expect(plans.map(({ claimed }) => claimed?.runs.length)).toEqual([1, 1, 1]);
    const { rows } = await races.other.query('SELECT DISTINCT xmin::text FROM greenvue_jobs.live_runs');
    expect(rows).toHaveLength(1);
  });

  it('take each of many jobs once, and write all decisions', async () => {
    await dueJobs(300);
    const { queued, claimed, more } = await plan(500);
    expect(queued.map(({ jobId }) => jobId)).toEqual(Array.from({ length: 300 }, (_, n) => `due-${n}`));
    expect(claimed?.runs).toHaveLength(300);
    expect(more).toBe(false);
    const { rows } = await races.other.query(
      'SELECT count(*)::integer AS left FROM greenvue_jobs.jobs WHERE wake_at IS NOT NULL',
    );
    expect(rows).toEqual([{ left: 0 }]);
    expect((await plan(500)).queued).toEqual([]);
  });

  it('report no later time than the time up to which they looked, also with a slow server', async () => {
    const at = Date.now() + 300;
    await insertJobs(2_000, (n) => every(HOUR, { startAt: at + n * 5 }));
    races.network.slow(20);
    const { now, queued } = await races.store.plan({ types: TYPES, limit: 2_000, aheadMs: 300 });
    expect(queued.length).toBeGreaterThan(0);
    const { rows } = await races.other.query('SELECT min(wake_at) AS next FROM greenvue_jobs.jobs');
    expect(Number(rows[0].next)).toBeGreaterThan(now + 300);
  });

  it('are made again after the database undid their transaction', async () => {
    await races.other.query(FAIL_ONCE);
    onTestFinished(async () => {
      await races.other.query('DROP FUNCTION public.fail_once CASCADE; DROP SEQUENCE public.failures');
    });
    await dueJobs(2);
    const { queued, claimed } = await plan(10);
    expect(queued.map(({ jobId }) => jobId)).toEqual(['due-0', 'due-1']);
    expect(claimed?.runs).toHaveLength(2);
    const { rows } = await races.other.query("SELECT nextval('public.failures')::integer AS tries");
    expect(rows).toEqual([{ tries: 3 }]);
  });
});

/** Fails the first write of runs, and not the second. */
const FAIL_ONCE = `CREATE SEQUENCE public.failures;
  CREATE FUNCTION public.fail_once() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF nextval('public.failures') = 1 THEN RAISE EXCEPTION 'undone' USING ERRCODE = '40P01'; END IF;
    RETURN NULL;
  END $$;
  CREATE TRIGGER fails_once AFTER INSERT ON greenvue_jobs.live_runs FOR EACH STATEMENT EXECUTE FUNCTION public.fail_once()`;

it('pruning removes a deleted job also when the clock has gone back since', async () => {
  await races.store.insertJob({ definition: definitionOf('a') });
  await races.store.command({ jobId: 'a', command: { kind: 'delete' } });
  await races.other.query('UPDATE greenvue_jobs.jobs SET deleted_at = deleted_at + 3600000');
  const retention = { finishedPerJob: 10, skippedPerJob: 10, maxAgeMs: HOUR, countsMaxAgeMs: HOUR };
  expect(await races.store.prune(retention)).toMatchObject({ removed: 1 });
});

it('a claim of a run whose job row is gone fails, and gives no run the job of another', async () => {
  await races.store.insertJob({ definition: definitionOf('a', { schedule: ON_DEMAND }) });
  await races.store.insertJob({ definition: definitionOf('b', { schedule: ON_DEMAND }) });
  for (const jobId of ['a', 'b']) await races.store.command({ jobId, command: { kind: 'trigger' } });
  await races.other.query("DELETE FROM greenvue_jobs.jobs WHERE id = 'a'");
  await expect(claim(2)).rejects.toThrow(/a run belongs to no job/);
  const { rows } = await races.other.query('SELECT node FROM greenvue_jobs.live_runs');
  expect(rows).toEqual([{ node: null }, { node: null }]);
});

describe('edits and a deletion that are asked for at once', () => {
  // Two inserts over two connections would arrive in a random order, in some of these rounds.
  it('are done in the order of asking', async () => {
    for (let n = 0; n < 40; n++) {
      const definition = definitionOf(`edited-${n}`);
      await races.store.insertJob({ definition });
      const edit = (name: string) =>
        races.store.command({
          jobId: definition.id,
          command: { kind: 'edit', definition: { ...definition, name } },
          ifVersion: 1,
        });
      const deletion = races.store.command.bind(undefined, {
        jobId: definition.id,
        command: { kind: 'delete' },
      });
      const results = await Promise.all([edit('x'), edit('y'), deletion(), edit('z')]);
      expect(results.map(({ kind }) => kind)).toEqual(['done', 'stale', 'done', 'absent']);
    }
  });
});

// Promise P40, secrets in payloads.
it('the delete of a secret waits for a job that names it and is not committed yet, and is then refused', async () => {
  const { store, other } = races;
  const remove = () => store.changeSecret({ name: 'API_KEY', command: { kind: 'delete' } });
  await store.changeSecret({ name: 'API_KEY', command: { kind: 'put', sealed: '1.x' } });
  const payload = '{"token":{"$secret":"API_KEY"}}';
  const definition = definitionOf('named', { schedule: ON_DEMAND, payload });
  await other.query('BEGIN');
  await store.within?.(other).insertJob({ definition, namedSecrets: ['API_KEY'] });
  const removed = remove();
  await Promise.race([removed, expect.poll(isWaiting, { interval: 2 }).toBe(true)]);
  await other.query('COMMIT');
  expect(await removed).toEqual({ kind: 'in_use', jobIds: ['named'] });
});
