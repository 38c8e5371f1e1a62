import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Callers, createCallers, order } from './callers.ts';
import { testNodes } from './test-nodes.ts';

const JOB = 'enqueued.work';
const nodes = testNodes('enqueue');

let h: Callers;
let ran: unknown[];
beforeEach(async () => {
  h = await createCallers(nodes);
  ran = [];
  h.handler = ({ payload }) => void ran.push(payload);
});
afterEach(() => h.close());

const orders = (...numbers: readonly number[]) => numbers.map((n) => ({ order: n }));

// Promise P15, run now.
describe('enqueue on PostgreSQL', () => {
  it('two nodes that enqueue the first run of a type at once make one job, and both runs run', async () => {
    const other = await h.startNode();
    const both = await Promise.all([h.engine, other].map((node, n) => node.enqueue('work', { order: n })));
    expect(both.map(({ jobId }) => jobId)).toEqual([JOB, JOB]);
    await expect.poll(() => ran.length).toBe(2);
    const made = (await h.engine.listAudit({ limit: 99 })).filter(({ action }) => action === 'job.create');
    expect(made).toMatchObject([{ actor: 'system:enqueue', target: JOB }]);
  });

  it('one after the other, which claim their runs in the same statement, have their own payloads', async () => {
    for (const payload of orders(1, 2, 3)) {
      const { run } = await h.engine.enqueue('work', payload);
      await expect.poll(() => h.statusOf(run.id)).toBe('succeeded');
    }
    expect(ran).toEqual(orders(1, 2, 3));
    await expect(h.engine.trigger(JOB)).rejects.toMatchObject({
      code: 'invalid',
      faults: [{ pointer: '/payload' }],
    });
  });

  it("in a caller's transaction, the run exists if and only if that commits; the job is made at once", async () => {
    const lost = await h.begin();
    await order(lost, 1);
    await h.engine.enqueue('work', { order: 1 }, { tx: lost });
    // Another caller does not wait for the first one.
    const kept = await h.begin();
    await order(kept, 2);
    const { run } = await h.engine.enqueue('work', { order: 2 }, { tx: kept });
    await lost.query('ROLLBACK');
    expect(await h.runsOf(JOB)).toEqual([]);
    await kept.query('COMMIT');
    await expect.poll(() => h.statusOf(run.id)).toBe('succeeded');
    expect(ran).toEqual(orders(2));
    expect(await h.orders()).toEqual([2]);
  });

  it('says to repeat a transaction whose snapshot is older than the job, and works the second time', async () => {
    const first = await h.begin('ISOLATION LEVEL REPEATABLE READ');
    await order(first, 1);
    const refused = {
      name: 'EngineError',
      code: 'conflict',
      message: expect.stringContaining('Repeat the transaction'),
    };
    await expect(h.engine.enqueue('work', { order: 1 }, { tx: first })).rejects.toMatchObject(refused);
    await first.query('ROLLBACK');
    const second = await h.begin('ISOLATION LEVEL REPEATABLE READ');
    await order(second, 1);
    await h.engine.enqueue('work', { order: 1 }, { tx: second });
    await second.query('COMMIT');
    await expect.poll(() => ran).toEqual(orders(1));
  });

  it('a pause on one node holds what another node enqueues, until the resume', async () => {
    const other = await h.startNode();
    for (const n of [1, 2]) await other.enqueue('work', { order: n });
    await expect.poll(() => ran.length).toBe(2);
    await h.engine.pauseJob(JOB);
    const { run } = await other.enqueue('work', { order: 3 });
    expect(run).toMatchObject({ status: 'queued', held: 'pause' });
    await h.engine.resumeJob(JOB);
    await expect.poll(() => h.statusOf(run.id)).toBe('succeeded');
    expect(ran).toHaveLength(3);
  });

  it("a run of a caller's transaction that began before the pause and commits during it is held", async () => {
    await h.engine.enqueue('work', { order: 1 });
    await expect.poll(() => ran.length).toBe(1);
    const caller = await h.begin();
    await order(caller, 2);
    const { run } = await h.engine.enqueue('work', { order: 2 }, { tx: caller });
    await h.engine.pauseJob(JOB);
    await caller.query('COMMIT');
    const state = async () => (await h.engine.getRun(run.id)).run;
    await expect.poll(state).toMatchObject({ status: 'queued', held: 'pause' });
    expect(ran).toEqual(orders(1));
    await h.engine.resumeJob(JOB);
    await expect.poll(() => h.statusOf(run.id)).toBe('succeeded');
    expect(await state()).toMatchObject({ attempt: 1 });
  });

  it('a node that runs nothing gets the result of a run on another node', async () => {
    const api = await h.startNode(0);
    h.handler = ({ payload }) => ({ ran: payload });
    expect(await api.enqueueAndWait('work', { order: 7 }, { timeout: '20s' })).toEqual({ ran: { order: 7 } });
    const heard: unknown[] = [];
    api.on('run.succeeded', 'work', ({ result }) => void heard.push(result));
    await h.engine.enqueue('work', { order: 8 });
    // The event of the first run may come after its result.
    await expect.poll(() => heard.at(-1)).toEqual({ ran: { order: 8 } });
  });
});
