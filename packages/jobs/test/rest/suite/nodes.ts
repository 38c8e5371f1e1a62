import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { nodeSchema, nodesSchema } from '../../../src/http/views/node.ts';
import { bodyOf, createJob, problemOf, runJob, runThatIs, send } from '../requests.ts';
import { type MakeMount, type RestServer, startRestServer } from '../rest-server.ts';

// Promise P42, drained nodes.
export function nodes(makeMount: MakeMount): void {
  let server: RestServer;
  let id = '';
  const list = async () => bodyOf(await send(server, 'GET', '/nodes'), 200, nodesSchema).data;
  beforeAll(async () => {
    server = await startRestServer(makeMount);
    await createJob(server, 'job');
    id = (await list())[0]?.node ?? '';
  });
  afterEach(() => server.engine.resumeNode(id));
  afterAll(() => server.close());

  test('POST /nodes/:id/drain lets a node finish its runs and start no other, until /resume', async () => {
    const [node] = await list();
    expect(node).toMatchObject({ health: 'ok', draining: null, pid: process.pid });
    expect(node?.host).not.toBe('');
    const drained = bodyOf(await send(server, 'POST', `/nodes/${id}/drain`), 200, nodeSchema);
    expect(drained).toMatchObject({ node: id, health: 'draining', draining: { since: expect.any(String) } });
    expect(await list()).toMatchObject([{ health: 'draining' }]);
    const run = await runJob(server, 'job');
    await server.engine.tick();
    await runThatIs(server, run.id, 'queued');
    const resumed = bodyOf(await send(server, 'POST', `/nodes/${id}/resume`, { body: {} }), 200, nodeSchema);
    expect(resumed).toMatchObject({ health: 'ok', draining: null });
    await server.engine.tick();
    await runThatIs(server, run.id, 'succeeded');
  });

  test('a node that is not there is a 404 that says where to look', async () => {
    const { detail } = problemOf(await send(server, 'POST', '/nodes/nobody/drain'), 404);
    expect(detail).toMatch(/There is no live node with the id "nobody".*GET \/nodes/);
  });

  test('a caller with a scope sees no nodes, and can drain none', async () => {
    const mount = await makeMount(server.engine, {
      authorize: () => ({ id: 'one', scope: { idPrefix: 'a' } }),
    });
    expect(bodyOf(await send(mount, 'GET', '/nodes'), 200, nodesSchema).data).toEqual([]);
    problemOf(await send(mount, 'POST', `/nodes/${id}/drain`), 403);
    expect(await list()).toMatchObject([{ draining: null }]);
    await mount.close();
  });
}
