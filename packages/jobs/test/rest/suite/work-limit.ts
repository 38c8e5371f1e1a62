import { expect, onTestFinished, test } from 'vitest';
import { send } from '../requests.ts';
import { type MakeMount, startRestServer } from '../rest-server.ts';
import { slowEngine } from '../slow-engine.ts';

export function workLimits(makeMount: MakeMount): void {
  test('a request beyond the limit is a 503, until others have ended', async () => {
    const { engine, ...server } = await startRestServer(makeMount);
    onTestFinished(() => server.close());
    const { slow, asked, release } = slowEngine(engine);
    const mount = await makeMount(slow, { maxRequests: 2 });
    onTestFinished(() => mount.close());
    const waiting = [send(mount, 'GET', '/jobs/a'), send(mount, 'GET', '/jobs/b')];
    await expect.poll(() => asked.jobs).toBe(2);
    const refused = await send(mount, 'GET', '/jobs/c');
    expect([refused.statusCode, refused.headers['retry-after']]).toEqual([503, '2']);
    expect(refused.json()).toMatchObject({ detail: expect.stringContaining('2 requests') });
    release();
    for (const answer of await Promise.all(waiting)) expect(answer.statusCode).toBe(404);
    expect((await send(mount, 'GET', '/jobs/c')).statusCode).toBe(404);
    expect(asked.jobs).toBe(3);
  });
}
