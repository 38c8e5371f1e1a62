import { afterEach, expect, it } from 'vitest';
import type { EngineOptions } from '../../src/engine/options.ts';
import {
  createHarness,
  type Deps,
  type Harness,
  job,
  type MakeDatabase,
  manualHandlers,
  T0,
} from './engine-harness.ts';

const MINUTE = 60_000;

// Promise P42, drained nodes.
export function draining(makeDatabase: MakeDatabase): void {
  let h: Harness;
  const make = async (options: Partial<EngineOptions<Deps>> = {}) => {
    h = await createHarness(options, makeDatabase);
  };
  afterEach(() => h.close());

  const ownId = async () => (await h.engine.listNodes())[0]?.node ?? '';
  const drain = async () => {
    const node = await h.engine.drainNode(await ownId(), { by: 'user:1' });
    await expect.poll(() => h.engine.activity().node.health).toBe('draining');
    return node;
  };
  const resume = async () => {
    const node = await h.engine.resumeNode(await ownId(), { by: 'user:2' });
    await expect.poll(() => h.engine.activity().node.health).toBe('ok');
    return node;
  };
  const runsOf = async (jobId: string) =>
    (await h.engine.listRuns({ jobId })).rows.map(({ run }) => [run.status, run.trigger]);

  it('a drained node finishes its runs and starts no other, until it is resumed', async () => {
    await make({ concurrency: 1 });
    const manual = manualHandlers();
    h.deps.handler = manual.handler;
    await h.engine.createJob(job({ overlap: 'allow' }));
    const first = await h.engine.trigger('job');
    const second = await h.engine.trigger('job');
    await h.engine.tick();
    expect(manual.started).toEqual([first.run.id]);
    expect(await drain()).toMatchObject({ health: 'draining', drain: { since: T0, by: 'user:1' }, busy: 1 });
    manual.end(0);
    await h.engine.tick();
    await h.engine.tick();
    expect((await h.engine.getRun(first.run.id)).run.status).toBe('succeeded');
    expect(manual.started).toEqual([first.run.id]);
    expect(await resume()).toMatchObject({ health: 'ok', drain: undefined });
    await h.engine.tick();
    expect(manual.started).toEqual([first.run.id, second.run.id]);
    manual.end(1);
  });

  it('a drained node plans no slot, and catches up once it is resumed', async () => {
    await make();
    await h.engine.createJob(job({ id: 'slots', interval: '1m', onDemand: undefined }));
    await h.engine.tick();
    await drain();
    h.clock.advance(5 * MINUTE);
    await h.engine.tick();
    expect(await runsOf('slots')).toEqual([]);
    await resume();
    await h.engine.tick();
    await h.engine.tick();
    expect(await runsOf('slots')).toEqual([['succeeded', 'schedule']]);
  });

  it('the audit log has each change once, with the host of the node; a second request changes nothing', async () => {
    await make();
    const first = await drain();
    h.clock.advance(MINUTE);
    expect((await drain()).drain).toEqual(first.drain);
    await resume();
    await resume();
    const { node, host, pid } = first;
    expect(host).not.toBe('');
    expect(pid).toBe(process.pid);
    const audit = (await h.engine.listAudit()).map(({ actor, action, target, change }) => {
      return { actor, action, target, change: JSON.parse(change) };
    });
    expect(audit).toEqual([
      { actor: 'user:2', action: 'node.resume', target: node, change: { host, pid } },
      { actor: 'user:1', action: 'node.drain', target: node, change: { host, pid } },
    ]);
  });

  it('a node that is not there can be neither drained nor resumed', async () => {
    await make();
    for (const ask of [h.engine.drainNode('nobody'), h.engine.resumeNode('nobody')])
      await expect(ask).rejects.toMatchObject({
        code: 'not_found',
        message: expect.stringMatching(/There is no live node with the id "nobody"/),
      });
  });
}
