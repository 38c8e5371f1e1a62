import { Worker } from 'node:worker_threads';
import pg from 'pg';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import type { Engine, JobContext } from '../../src/index.ts';
import { nothing, ON_DEMAND, testNodes, untilStopped } from './test-nodes.ts';

const nodes = testNodes('nodes');
const startNode = nodes.start;
const statusOf = async (engine: Engine, runId: string) => (await engine.getRun(runId)).run.status;

// Promises P4, stored next run; P6, catch-up; P9, lost nodes; P10, fence; P12, cancel; P14, pause. Lesson 19,
// one scheduler per process.
describe('several nodes on one PostgreSQL', () => {
  it('each run runs once, on any node that asked for it, and never on an API-only node', async () => {
    const ran: string[] = [];
    const handler = (name: string) => (ctx: JobContext<unknown>) => void ran.push(`${name} ${ctx.run.id}`);
    const api = await startNode({ handler: handler('api'), concurrency: 0 });
    await startNode({ handler: handler('b') });
    await startNode({ handler: handler('c') });
    await api.createJob(ON_DEMAND);
    const ids = await Promise.all(Array.from({ length: 200 }, async () => (await api.trigger('a')).run.id));
    await expect.poll(() => ran.length).toBeGreaterThanOrEqual(200);
    const runs = ran.map((line) => line.split(' ')[1]);
    expect(runs.toSorted()).toEqual(ids.toSorted());
    expect(ran.filter((line) => line.startsWith('api'))).toEqual([]);
  });

  it('a cancel asked of one node stops the handler on another', async () => {
    const api = await startNode({ handler: nothing, concurrency: 0 });
    let started = 0;
    await startNode({
      handler: (ctx) => {
        started += 1;
        return untilStopped(ctx);
      },
    });
    await api.createJob(ON_DEMAND);
    const { run } = await api.trigger('a');
    await expect.poll(() => started).toBe(1);
    const asked = performance.now();
    await api.cancelRun(run.id);
    await expect.poll(() => statusOf(api, run.id)).toBe('cancelled');
    expect(performance.now() - asked).toBeLessThan(4_000);
  });

  it('a pause on one node takes back unstarted claims of another', async () => {
    const api = await startNode({ handler: nothing, concurrency: 0 });
    const running: string[] = [];
    const ends: (() => void)[] = [];
    await startNode({
      handler: (ctx) =>
        new Promise<void>((resolve) => {
          running.push(ctx.run.id);
          ends.push(resolve);
        }),
      concurrency: 1,
    });
    await api.createJob(ON_DEMAND);
    const first = (await api.trigger('a')).run.id;
    await expect.poll(() => running).toEqual([first]);
    const second = (await api.trigger('a')).run.id;
    await api.pauseJob('a', {});
    ends[0]?.();
    await expect.poll(() => statusOf(api, first)).toBe('succeeded');
    expect((await api.getRun(second)).run).toMatchObject({ status: 'queued', held: 'pause' });
    await api.resumeJob('a');
    await expect.poll(() => running).toEqual([first, second]);
    ends[1]?.();
    await expect.poll(() => statusOf(api, second)).toBe('succeeded');
  });

  // Promise P42, drained nodes.
  it('a node is drained over another node: it finishes its run, others take the rest, and it comes back', async () => {
    const ran: string[] = [];
    const ends = new Map<string, () => void>();
    const handler = (name: string) => () =>
      new Promise<void>((resolve) => {
        ran.push(name);
        ends.set(`${name} ${ran.length}`, resolve);
      });
    const a = await startNode({ handler: handler('a'), concurrency: 0 });
    const b = await startNode({ handler: handler('b'), concurrency: 1 });
    const bId = (await b.listNodes())[0]?.node ?? '';
    await a.createJob(ON_DEMAND);
    const first = (await a.trigger('a')).run.id;
    await expect.poll(() => ran).toEqual(['b']);
    const second = (await a.trigger('a')).run.id;
    const asked = performance.now();
    expect(await a.drainNode(bId, { by: 'user:1' })).toMatchObject({ node: bId, health: 'draining' });
    await expect.poll(() => b.activity().node.drain).toMatchObject({ by: 'user:1' });
    expect(performance.now() - asked).toBeLessThan(3_000);
    ends.get('b 1')?.();
    await expect.poll(() => statusOf(a, first)).toBe('succeeded');
    const c = await startNode({ handler: handler('c'), concurrency: 1 });
    await expect.poll(() => ran).toEqual(['b', 'c']);
    ends.get('c 2')?.();
    await expect.poll(() => statusOf(a, second)).toBe('succeeded');
    expect(await c.listNodes()).toContainEqual(expect.objectContaining({ node: bId, health: 'draining' }));
    const cId = (await c.listNodes())[0]?.node ?? '';
    await a.drainNode(cId);
    await expect.poll(() => c.activity().node.health).toBe('draining');
    const third = (await a.trigger('a')).run.id;
    await a.resumeNode(bId);
    await expect.poll(() => ran).toEqual(['b', 'c', 'b']);
    ends.get('b 3')?.();
    await expect.poll(() => statusOf(a, third)).toBe('succeeded');
  });

  it('a drain ends with the process of the node, and not before: a node that joins again is drained', async () => {
    const a = await startNode({ handler: nothing, concurrency: 0 });
    const b = await startNode({ handler: nothing });
    const before = (await b.listNodes())[0]?.node ?? '';
    await a.drainNode(before);
    await expect.poll(() => b.activity().node.health).toBe('draining');
    await nodes.rows('DELETE FROM greenvue_jobs.nodes WHERE id = $1', [before]);
    const others = async () => (await a.listNodes()).filter(({ node }) => node !== before).slice(1);
    await expect.poll(others).toMatchObject([{ health: 'draining' }]);
    await b.stop();
    await startNode({ handler: nothing });
    await expect.poll(others).toMatchObject([{ health: 'ok' }]);
  });

  it('recurring jobs are planned once between them', async () => {
    const api = await startNode({ handler: nothing });
    await startNode({ handler: nothing });
    await api.createJob({ id: 'tick', name: 'Tick', type: 'work', interval: '1s' });
    const finished = async () =>
      (await api.listRuns({ jobId: 'tick', status: 'succeeded', limit: 10 })).rows.map(
        ({ run }) => run.scheduledFor ?? 0,
      );
    await expect.poll(async () => (await finished()).length).toBeGreaterThanOrEqual(3);
    const slots = await finished();
    expect(new Set(slots).size).toBe(slots.length);
  });

  it('a graceful stop gives runs back at no cost, and other nodes continue with them at once', async () => {
    const ran: string[] = [];
    const handler = (name: string) => (ctx: JobContext<unknown>) => {
      ran.push(name);
      return name === 'b' ? untilStopped(ctx) : undefined;
    };
    const api = await startNode({ handler: nothing, concurrency: 0 });
    const b = await startNode({ handler: handler('b'), concurrency: 1 });
    await api.createJob(ON_DEMAND);
    const { run } = await api.trigger('a');
    await expect.poll(() => ran).toEqual(['b']);
    await startNode({ handler: handler('c') });
    await b.stop();
    await expect.poll(() => statusOf(api, run.id)).toBe('succeeded');
    expect(ran).toEqual(['b', 'c']);
    expect((await api.getRun(run.id)).run).toMatchObject({ attempt: 1, recoveries: 0 });
  });

  it('every node shows the events of all nodes, in batches, as soon as it has a subscriber', async () => {
    const api = await startNode({ handler: nothing, concurrency: 0 });
    await startNode({ handler: nothing });
    const seen: string[] = [];
    const { unsubscribe } = api.subscribe((event) => {
      if (event !== 'reset') seen.push(`${event.type} ${event.runId ?? event.jobId}`);
    });
    // The other node learns of the subscriber within half a second; earlier events are not sent.
    await api.createJob(ON_DEMAND);
    await expect
      .poll(async () => {
        const { run } = await api.trigger('a');
        await expect.poll(() => statusOf(api, run.id)).toBe('succeeded');
        // The event of this run or an earlier one: it arrives a little after the row is in the database.
        return seen.some((line) => line.startsWith('run.succeeded')) || 'not yet';
      })
      .toBe(true);
    const { run } = await api.trigger('a');
    await expect.poll(() => seen).toContain(`run.succeeded ${run.id}`);
    const own = seen.filter((line) => line.endsWith(` ${run.id}`));
    expect(own).toEqual(['run.queued', 'run.started', 'run.succeeded'].map((type) => `${type} ${run.id}`));
    unsubscribe();
  });

  it('nodes send no events to each other without subscribers', async () => {
    const heard = await listenTo(nodes.url());
    const api = await startNode({ handler: nothing, concurrency: 0 });
    await startNode({ handler: nothing });
    await api.createJob(ON_DEMAND);
    const ids = await Promise.all(Array.from({ length: 20 }, async () => (await api.trigger('a')).run.id));
    for (const id of ids) await expect.poll(() => statusOf(api, id)).toBe('succeeded');
    expect(heard.kinds()).not.toContain('events');
    expect(heard.kinds()).toContain('wake');
    await heard.close();
  });

  it('GET /job-stats on any node lists all that live, the one that answers first', async () => {
    const a = await startNode({ handler: nothing, concurrency: 3 });
    const b = await startNode({ handler: untilStopped, concurrency: 7 });
    await a.createJob(ON_DEMAND);
    await Promise.all(Array.from({ length: 5 }, () => a.trigger('a')));
    const nodesOf = async (engine: Engine) => (await engine.stats()).nodes;
    const [ofA, ofB] = [(await nodesOf(a))[0]?.node, (await nodesOf(b))[0]?.node];
    expect(ofA).not.toBe(ofB);
    await expect
      .poll(() => nodesOf(a))
      .toMatchObject([
        { node: ofA, health: 'ok', places: 3, version: '' },
        { node: ofB, health: 'ok', places: 7, types: ['work'] },
      ]);
    expect((await nodesOf(b)).map(({ node }) => node)).toEqual([ofB, ofA]);
    // Heartbeats carry it.
    const busyB = (await nodesOf(b))[0]?.busy;
    await expect.poll(async () => (await nodesOf(a))[1]?.busy).toBe(busyB);
    await b.stop();
    expect((await nodesOf(a)).map(({ node }) => node)).toEqual([ofA]);
  });

  it('a node whose connections are cut is not dead, and receives messages again', async () => {
    const lost: string[] = [];
    const a = await startNode({ handler: untilStopped, concurrency: 1, errors: lost });
    const api = await startNode({ handler: nothing, concurrency: 0, errors: lost });
    await api.createJob(ON_DEMAND);
    const { run } = await api.trigger('a');
    await expect.poll(() => statusOf(api, run.id)).toBe('running');
    const node = (await a.stats()).nodes[0]?.node;
    const client = new pg.Client({ connectionString: nodes.url() });
    await client.connect();
    for (let n = 0; n < 3; n++) {
      await client.query(CUT_ALL);
      // By then it has had the time to look twice, half a second apart.
      await expect.poll(() => holdsLock(client, node)).toBe(true);
      await client.query('SELECT pg_sleep(0.7)');
    }
    await client.end();
    expect((await api.getRun(run.id)).run).toMatchObject({
      status: 'running',
      recoveries: 0,
      claim: { node },
    });
    await expect
      .poll(() =>
        api.cancelRun(run.id).then(
          () => true,
          () => false,
        ),
      )
      .toBe(true);
    await expect.poll(() => statusOf(api, run.id)).toBe('cancelled');
    expect(lost).toEqual([]);
  });

  it('a node that was declared dead aborts its handlers, and joins again under another id', async () => {
    const reasons: string[] = [];
    const logged: string[] = [];
    const a = await startNode({
      handler: async (ctx) => {
        try {
          return await untilStopped(ctx);
        } catch (error) {
          reasons.push(error instanceof Error ? error.name : '');
          throw error;
        }
      },
      concurrency: 1,
      errors: logged,
    });
    await a.createJob(ON_DEMAND);
    const { run } = await a.trigger('a');
    await expect.poll(() => statusOf(a, run.id)).toBe('running');
    const before = (await a.stats()).nodes[0]?.node;
    // As a node that was frozen for longer than the lease.
    const client = new pg.Client({ connectionString: nodes.url() });
    await client.connect();
    await client.query('DELETE FROM greenvue_jobs.nodes WHERE id = $1', [before]);
    await client.end();
    await expect.poll(() => reasons).toEqual(['StaleClaimError']);
    await expect.poll(async () => (await a.stats()).nodes[0]).toMatchObject({ health: 'ok' });
    expect((await a.stats()).nodes[0]?.node).not.toBe(before);
    await expect.poll(() => statusOf(a, run.id)).toBe('running');
    expect((await a.getRun(run.id)).run).toMatchObject({ failures: 0 });
    expect(logged.join()).toContain('the lease of this node has expired');
  });

  it('a node whose control thread failed joins again under another id', async () => {
    const said = vi.spyOn(Worker.prototype, 'postMessage');
    onTestFinished(() => said.mockRestore());
    const a = await startNode({ handler: nothing });
    await a.createJob(ON_DEMAND);
    const before = (await a.stats()).nodes[0]?.node;
    // Without other threads, the node announces every second that it is alive.
    await expect.poll(() => said.mock.contexts.length).toBeGreaterThan(0);
    const [thread] = said.mock.contexts;
    if (!(thread instanceof Worker)) throw new Error('the node must have a thread');
    await thread.terminate();
    await expect.poll(async () => (await a.stats()).nodes[0]?.node).not.toBe(before);
    const { run } = await a.trigger('a');
    await expect.poll(() => statusOf(a, run.id)).toBe('succeeded');
  });

  it('what others say on the channel of the nodes harms none of them', async () => {
    const api = await startNode({ handler: nothing, concurrency: 0 });
    await startNode({ handler: nothing });
    const idsOf = async () => (await api.stats()).nodes.map(({ node }) => node);
    await expect.poll(idsOf).toHaveLength(2);
    const before = await idsOf();
    const client = new pg.Client({ connectionString: nodes.url() });
    await client.connect();
    for (const payload of [
      'what no node tells',
      '{"from":"x"}',
      '{"from":"x","notices":[{"kind":"cancel"}]}',
    ])
      await client.query('SELECT pg_notify($1, $2)', ['greenvue_jobs', payload]);
    await client.end();
    await api.createJob(ON_DEMAND);
    const { run } = await api.trigger('a');
    await expect.poll(() => statusOf(api, run.id)).toBe('succeeded');
    expect(await idsOf()).toEqual(before);
  });
});

async function holdsLock(client: pg.Client, node: string | undefined): Promise<boolean> {
  const { rows } = await client.query(
    `SELECT FROM pg_locks JOIN greenvue_jobs.nodes ON objid = lock_key::oid WHERE locktype = 'advisory' AND granted
     AND nodes.id = $1`,
    [node],
  );
  return rows.length > 0;
}

/** The notifications on the channel of the nodes. */
async function listenTo(url: string): Promise<{ kinds(): string[]; close(): Promise<void> }> {
  const client = new pg.Client({ connectionString: url });
  const kinds: string[] = [];
  client.on('notification', ({ payload = '{}' }) => {
    const { notices } = z
      .object({ notices: z.array(z.object({ kind: z.string() })) })
      .parse(JSON.parse(payload));
    kinds.push(...notices.map(({ kind }) => kind));
  });
  await client.connect();
  await client.query('LISTEN greenvue_jobs');
  return { kinds: () => kinds, close: () => client.end() };
}

const CUT_ALL = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid()`;
