import { afterEach, beforeEach, expect, it } from 'vitest';
import { createHarness, type Harness, type MakeDatabase, T0 } from './engine-harness.ts';

/** Drains the node of the engine. */
export async function drain({ engine }: Harness) {
  const node = await engine.drainNode(await ownId(engine), { by: 'user:1' });
  await expect.poll(() => engine.activity().node.health).toBe('draining');
  return node;
}

export async function resume({ engine }: Harness) {
  const node = await engine.resumeNode(await ownId(engine), { by: 'user:2' });
  await expect.poll(() => engine.activity().node.health).toBe('ok');
  return node;
}

async function ownId(engine: Harness['engine']): Promise<string> {
  return (await engine.listNodes())[0]?.node ?? '';
}

// Promise P42, drained nodes.
export function draining(makeDatabase: MakeDatabase): void {
  let h: Harness;
  beforeEach(async () => {
    h = await createHarness({}, makeDatabase);
  });
  afterEach(() => h.close());

  it('a node tells since when it is drained and who did it, until it is resumed', async () => {
    expect(await drain(h)).toMatchObject({ health: 'draining', drain: { since: T0, by: 'user:1' } });
    expect(await resume(h)).toMatchObject({ health: 'ok', drain: undefined });
  });

  it('the audit log has each change once, with the host of the node; a second request changes nothing', async () => {
    const first = await drain(h);
    h.clock.advance(60_000);
    expect((await drain(h)).drain).toEqual(first.drain);
    await resume(h);
    await resume(h);
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

  it('two drains of a node at once are one change', async () => {
    const node = await ownId(h.engine);
    await Promise.all([
      h.engine.drainNode(node, { by: 'user:1' }),
      h.engine.drainNode(node, { by: 'user:2' }),
    ]);
    expect(await h.engine.listAudit({ action: 'node.drain' })).toHaveLength(1);
  });

  it('a node that is not there can be neither drained nor resumed', async () => {
    for (const ask of [h.engine.drainNode('nobody'), h.engine.resumeNode('nobody')])
      await expect(ask).rejects.toMatchObject({
        code: 'not_found',
        message: expect.stringMatching(/There is no live node with the id "nobody"/),
      });
  });
}
