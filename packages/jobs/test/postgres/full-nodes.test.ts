import pg from 'pg';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { nothing, ON_DEMAND, testNodes, untilStopped } from './test-nodes.ts';

const nodes = testNodes('full');
const startNode = nodes.start;
const POLL = { interval: 20 };

describe('a node whose places are full', () => {
  it('notifies the other nodes once when more runs come due', async () => {
    const full = await startNode({ handler: untilStopped, concurrency: 1 });
    await startNode({ handler: nothing, concurrency: 0 });
    await full.createJob(ON_DEMAND);
    const { run } = await full.trigger('a');
    await expect.poll(async () => (await full.getRun(run.id)).run.status, POLL).toBe('running');
    const wakes = await listenForWakes();
    const inMs = 8_000;
    const dueAt = performance.now() + inMs;
    const runAt = new Date((await full.stats()).now + inMs).toISOString();
    for (let n = 0; n < 5; n++)
      await full.createJob({
        id: `later-${n}`,
        name: 'Later',
        type: 'work',
        runAt,
      });
    // The wake-ups of the creations came long before.
    const since = () => wakes.filter((at) => at >= dueAt).length;
    expect(since()).toBe(0);
    await expect
      .poll(async () => (await full.listRuns({ status: 'queued', limit: 9 })).rows.length, POLL)
      .toBe(5);
    await expect.poll(since, POLL).toBeGreaterThan(0);
    expect(since()).toBeLessThan(3);
  });

  // Promises P7, overlap; P16, edit. Lesson 10, overlapping runs.
  it('an edit on another node takes back claims for which there is no room left', async () => {
    let running = 0;
    let most = 0;
    let isLong = false;
    let endLong: () => void = () => undefined;
    const handler = async () => {
      running += 1;
      most = Math.max(most, running);
      if (isLong) {
        isLong = false;
        await new Promise<void>((resolve) => {
          endLong = resolve;
        });
      } else await new Promise((resolve) => void setImmediate(resolve));
      running -= 1;
    };
    const api = await startNode({ handler, concurrency: 0 });
    const busy = await startNode({ handler, concurrency: 1 });
    await api.createJob(ON_DEMAND);
    // Page by page: a slow machine makes more runs than a page has.
    const count = async (status: 'succeeded' | 'running', before?: string): Promise<number> => {
      const { rows, next } = await api.listRuns({
        status,
        limit: 200,
        ...(before === undefined ? {} : { before }),
      });
      return rows.length + (next === undefined ? 0 : await count(status, next.key));
    };
    const buffered = async () => (await busy.stats()).nodes[0]?.buffered;
    // Many short runs, so that it claims three ahead; more where a stall has raised their mean, as the long
    // run of an attempt that failed has.
    let ended = 0;
    for (let holds = false; !holds; ) {
      endLong();
      const short = ended === 0 ? 20 : 100;
      for (let n = 0; n < short; n++) await busy.trigger('a');
      ended += short;
      await expect.poll(() => count('succeeded'), POLL).toBe(ended);
      isLong = true;
      for (let n = 0; n < 4; n++) await busy.trigger('a');
      await expect.poll(() => running, POLL).toBe(1);
      holds = await vi.waitUntil(async () => (await buffered()) === 3, { timeout: 5_000 }).catch(() => false);
      if (!holds) ended += 4;
    }

    await startNode({ handler, concurrency: 5 });
    most = running;
    await api.patchJob('a', { overlap: 'queue' });
    await expect.poll(buffered, POLL).toBe(0);
    await expect.poll(() => count('running'), POLL).toBe(1);
    expect(await count('succeeded')).toBe(ended);
    endLong();
    await expect.poll(() => count('succeeded'), POLL).toBe(ended + 4);
    expect(most).toBe(1);
  });
});

/** When each wake-up of a node was announced (monotonic ms). */
async function listenForWakes(): Promise<readonly number[]> {
  const client = new pg.Client({ connectionString: nodes.url() });
  const wakes: number[] = [];
  client.on('notification', ({ payload = '' }) => {
    if (payload.includes('"wake"')) wakes.push(performance.now());
  });
  await client.connect();
  onTestFinished(() => client.end());
  await client.query('LISTEN greenvue_jobs');
  return wakes;
}
