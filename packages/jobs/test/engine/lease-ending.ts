import { afterEach, beforeEach, expect, it } from 'vitest';
import type { NodeListener } from '../../src/core/nodes/membership.ts';
import type { JobStore } from '../../src/index.ts';
import { createHarness, type Harness, job, type MakeDatabase, untilAborted } from './engine-harness.ts';

/** How a node on any store behaves when its lease ends. */
export function leases(makeDatabase: MakeDatabase): void {
  let h: Harness;
  let nodeListener: NodeListener;
  let stopped: string[];
  const listening = (store: JobStore): JobStore => ({
    ...store,
    join(node, listener) {
      nodeListener = listener;
      return store.join(node, listener);
    },
  });
  beforeEach(async () => {
    stopped = [];
    h = await createHarness({}, makeDatabase, listening);
    h.deps.handler = (ctx) =>
      untilAborted(ctx).catch((error: Error) => {
        stopped.push(`${ctx.job.id} ${error.name}`);
        throw error;
      });
    await h.engine.createJob(job({ id: 'skip' }));
    await h.engine.createJob(job({ id: 'queue', overlap: 'queue' }));
    await h.engine.createJob(job({ id: 'allow', overlap: 'allow' }));
    const delay = { onDemand: undefined, interval: '1h', intervalMode: 'fixed_delay' } as const;
    await h.engine.createJob(job({ id: 'delay', overlap: 'allow', ...delay }));
  });
  afterEach(() => h.close());

  const start = async (id: string) => {
    const { run } = await h.engine.trigger(id);
    await h.engine.tick();
    return run.id;
  };
  const runOf = async (runId: string) => (await h.engine.getRun(runId)).run;

  // Promises P7, overlap; P9, lost nodes.
  it('stops only handlers that must not overlap, at no cost of an attempt', async () => {
    const runIds = [];
    for (const id of ['skip', 'queue', 'allow', 'delay']) runIds.push(await start(id));
    nodeListener.lease('ending');
    await h.engine.tick();
    expect(stopped.toSorted()).toEqual(['delay LeaseError', 'queue LeaseError', 'skip LeaseError']);
    const statuses = await Promise.all(runIds.map(async (runId) => (await runOf(runId)).status));
    expect(statuses).toEqual(['queued', 'queued', 'running', 'queued']);
    expect(await runOf(runIds[0] ?? '')).toMatchObject({ failures: 0, recoveries: 0 });
  });

  // Promise P9, lost nodes.
  it('claims nothing until the lease is kept again', async () => {
    nodeListener.lease('ending');
    const runId = await start('allow');
    expect((await runOf(runId)).status).toBe('queued');
    nodeListener.lease('kept_by_spare');
    await h.engine.tick();
    expect((await runOf(runId)).status).toBe('running');
    expect(stopped).toEqual([]);
  });
}
