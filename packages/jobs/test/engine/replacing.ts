import { expect, it, onTestFinished } from 'vitest';
import { createHarness, job, type MakeDatabase, untilAborted } from './engine-harness.ts';

const MINUTE = 60_000;

/** New runs that replace the live one (P7, overlap). */
export function replacing(makeDatabase: MakeDatabase): void {
  it('a slot stops the handler of the run before, and its own handler starts after that', async () => {
    const h = await createHarness({ autoRun: true }, makeDatabase);
    onTestFinished(() => h.close());
    const events: string[] = [];
    h.engine.subscribe((event) => void (event !== 'reset' && events.push(`${event.type} ${event.runId}`)));
    let running = 0;
    let most = 0;
    h.deps.handler = async (ctx) => {
      running += 1;
      most = Math.max(most, running);
      await untilAborted(ctx).finally(() => (running -= 1));
    };
    await h.engine.createJob(job({ onDemand: undefined, interval: '1m', overlap: 'cancel_previous' }));
    await h.passUntil(h.clock.now() + 2 * MINUTE + 2_000, 100);
    const { rows } = await h.engine.listRuns({ jobId: 'job', limit: 9 });
    const [newest, first] = rows.map(({ run }) => run);
    expect(rows).toHaveLength(2);
    expect(first).toMatchObject({ status: 'cancelled', reason: 'replaced' });
    expect(newest).toMatchObject({ status: 'running' });
    expect(most).toBe(1);
    expect(events).toContain(`run.cancelled ${first?.id}`);
  });

  it.each([
    ['a fixed delay', { onDemand: undefined, interval: '1m', intervalMode: 'fixed_delay' }],
    ['one time', { onDemand: undefined, runAt: '2030-01-01T00:00:00Z' }],
  ] as const)('a job with %s has no runs that could meet', async (_, schedule) => {
    const h = await createHarness({}, makeDatabase);
    onTestFinished(() => h.close());
    const asked = h.engine.createJob(job({ ...schedule, overlap: 'cancel_previous' }));
    await expect(asked).rejects.toMatchObject({ faults: [{ pointer: '/overlap' }] });
  });
}
