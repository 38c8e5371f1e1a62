import { describe, expect, it } from 'vitest';
import { StoreError } from '../../src/core/model/errors.ts';
import { commitFailed, fail, mayBeDone } from '../../src/stores/postgres/connection/database-errors.ts';
import { GroupMaker } from '../../src/stores/postgres/limits/group-maker.ts';
import { failed, HOUR, MINUTE, required, SUCCEEDED, settlement, TYPES } from '../store-contract/rig.ts';
import { limitNodes } from './limit-nodes.ts';

const { rows, startNode, openTransaction, untilOneWaits } = limitNodes('limit_races');

// Promise P29, limits and priority. The ids are rows of "Limits and priority" in docs/options-together.md.
describe('races of types with limits', () => {
  it('L5: a claim that does not see the end of a run yet lets a later claim look soon', async () => {
    const { store, limit, createJob, trigger, clock, claim } = await startNode();
    await limit({ running: 1 });
    const other = await startNode(clock);
    await createJob('a');
    await trigger('a');
    await trigger('a');
    const [run] = (await claim()).runs;
    expect((await claim()).runs).toEqual([]);
    // No claim has looked at the group for minutes.
    clock.advance(3 * MINUTE);
    const tx = await openTransaction();
    await tx.query('LOCK TABLE greenvue_jobs.hour_counts IN SHARE MODE');
    const settled = store.settle([settlement(required(run), SUCCEEDED, clock.now())]);
    await untilOneWaits();
    expect((await other.claim()).runs).toEqual([]);
    await tx.query('COMMIT');
    await settled;
    clock.advance(1_000);
    expect((await other.claim()).runs).toHaveLength(1);
  });

  it('L5: while the end of a run takes long to be written, claims look again each second', async () => {
    const { store, limit, createJob, trigger, clock, claim } = await startNode();
    await limit({ running: 1 });
    const other = await startNode(clock);
    await createJob('a');
    for (let n = 0; n < 2; n += 1) await trigger('a');
    const [run] = (await claim()).runs;
    clock.advance(3 * MINUTE);
    const tx = await openTransaction();
    await tx.query('LOCK TABLE greenvue_jobs.hour_counts IN SHARE MODE');
    const settled = store.settle([settlement(required(run), SUCCEEDED, clock.now())]);
    await untilOneWaits();
    for (let n = 0; n < 3; n += 1) {
      expect(await other.claim()).toMatchObject({ runs: [], nextDueAt: clock.now() + 1_000 });
      clock.advance(1_000);
    }
    await tx.query('COMMIT');
    await settled;
    expect((await other.claim()).runs).toHaveLength(1);
  });

  it('L5: a run that is added while the end of another one is written waits for no later end', async () => {
    const { store, limit, createJob, trigger, clock, claim } = await startNode();
    await limit({ running: 1 });
    const other = await startNode(clock);
    await createJob('a');
    await createJob('b');
    await trigger('a');
    const [run] = (await claim()).runs;
    const tx = await openTransaction();
    await tx.query('LOCK TABLE greenvue_jobs.hour_counts IN SHARE MODE');
    const settled = store.settle([settlement(required(run), SUCCEEDED, clock.now())]);
    await untilOneWaits();
    await other.trigger('b');
    expect((await other.claim()).runs).toEqual([]);
    await tx.query('COMMIT');
    await settled;
    expect((await other.claim()).runs).toHaveLength(1);
  });

  it('L5: a retry that a claim does not see yet starts when it is due', async () => {
    const { store, limit, createJob, trigger, clock } = await startNode();
    await limit({ running: 3 });
    const other = await startNode(clock);
    await createJob('a');
    for (let n = 0; n < 3; n += 1) await trigger('a');
    const { runs } = await store.claim({ node: 'node', types: TYPES, places: 2, prefetch: 0 });
    const [one, two] = [required(runs[0]), required(runs[1])];
    clock.advance(3 * MINUTE);
    const tx = await openTransaction();
    await tx.query('LOCK TABLE greenvue_jobs.hour_counts IN SHARE MODE');
    const settled = store.settle([
      settlement(one, SUCCEEDED, clock.now()),
      settlement(two, failed(), clock.now()),
    ]);
    await untilOneWaits();
    expect((await other.claim()).runs).toHaveLength(1);
    await tx.query('COMMIT');
    await settled;
    clock.advance(HOUR);
    expect((await other.claim()).runs).toMatchObject([{ id: two.id }]);
  });

  it('L17: a regrouping keeps the key that an edit gives a run meanwhile', async () => {
    const { store, createJob, trigger } = await startNode();
    await createJob('a');
    await trigger('a');
    await store.setTypeLimits([{ type: 'noop', version: 1, limits: { running: 5 } }]);
    const tx = await openTransaction();
    // What an edit to the priority `high` writes.
    await tx.query('UPDATE greenvue_jobs.live_runs SET type_key = -2 * type_key');
    const [before] = (await tx.query('SELECT type_key FROM greenvue_jobs.live_runs')).rows;
    const regrouped = store.regroupRuns(0);
    await untilOneWaits();
    await tx.query('COMMIT');
    await regrouped;
    expect(await rows('SELECT type_key FROM greenvue_jobs.live_runs')).toEqual([before]);
  });

  it('L8: a prune that removes a group while a run for it is added makes no request fail', async () => {
    const { limit, createJob, trigger, claim } = await startNode();
    await limit({ running: 5, per: '/tenant' });
    await createJob('a');
    await rows("INSERT INTO greenvue_jobs.limit_groups (type, value) VALUES ('noop', '\"A\"')");
    const prune = await openTransaction();
    await prune.query('SELECT FROM greenvue_jobs.limit_groups FOR UPDATE');
    const added = trigger('a', { tenant: 'A' });
    await untilOneWaits();
    await prune.query('DELETE FROM greenvue_jobs.limit_groups');
    await prune.query('COMMIT');
    expect(await added).toMatchObject({ kind: 'done' });
    expect((await claim()).runs).toHaveLength(1);
  });

  it('L20: if the answer to the COMMIT of a new group is lost, the run was certainly not added', async () => {
    const lost = Promise.resolve().then(() => commitFailed(new Error('connection lost')));
    const maker = new GroupMaker({ boundedTransaction: () => lost.catch(fail) });
    const made = maker.make([{ type: 'noop', value: '"A"', typeKey: 1 }], 0).catch((error: unknown) => error);
    expect(mayBeDone(await made)).toBe(false);
    expect(await made).toMatchObject({ code: 'unavailable' });
    expect(await made).toBeInstanceOf(StoreError);
  });
});
