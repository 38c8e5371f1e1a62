import { expect, it, onTestFinished } from 'vitest';
import type { AlertKind } from '../../src/index.ts';
import { createHarness, type Harness, job, untilAborted } from '../engine/engine-harness.ts';

const SECOND = 1_000;
/** The longest time from the moment when a condition begins to its alert. */
const FOUND_MS = 15 * SECOND;

/** An engine that runs by itself, with a channel for everything. */
async function startWatched(options: Parameters<typeof createHarness>[0] = {}) {
  const told: string[] = [];
  const pager: AlertKind = ({ alerts }) => {
    for (const { condition, jobId } of alerts) told.push(`${condition} ${jobId}`);
  };
  const h = await createHarness({ autoRun: true, alerts: { kinds: { pager } }, ...options });
  onTestFinished(() => h.close());
  await h.engine.createAlertChannel({ id: 'me', kind: 'pager' });
  return { h, told };
}

const pass = (h: Harness, ms: number) => h.pass(ms, 250);

// Promise P24, alerts.
it('a run that waits for longer than a minute is told within 15 s: late', async () => {
  const { h, told } = await startWatched({ concurrency: 1 });
  h.deps.handler = untilAborted;
  for (const id of ['first', 'second']) {
    await h.engine.createJob(job({ id }));
    await h.engine.trigger(id);
  }
  await pass(h, 59 * SECOND);
  expect(told).toEqual([]);
  await pass(h, SECOND + FOUND_MS);
  expect(told).toEqual(['late second']);
});

it('a run that takes longer than expected is told while it runs: slow', async () => {
  const { h, told } = await startWatched();
  h.deps.handler = untilAborted;
  await h.engine.createJob(job({ expect: { duration: '30s' } }));
  await h.engine.trigger('job');
  await pass(h, 29 * SECOND);
  expect(told).toEqual([]);
  await pass(h, SECOND + FOUND_MS);
  expect(told).toEqual(['slow job']);
});

it('a run that ignores the signal of its timeout is told: zombie', async () => {
  const { h, told } = await startWatched();
  const ended = Promise.withResolvers<void>();
  onTestFinished(() => ended.resolve());
  h.deps.handler = () => ended.promise;
  await h.engine.createJob(job({ timeout: '1s' }));
  await h.engine.trigger('job');
  await pass(h, 60 * SECOND);
  expect(told).toEqual(['zombie job']);
});

it('a job that no node can run is told, and its recovery when one can: no_handler', async () => {
  const { h, told } = await startWatched();
  await h.engine.createJob(job());
  await h.engine.stop();
  const without = await h.again({ jobTypes: [] });
  await pass(h, FOUND_MS);
  expect(told).toEqual(['no_handler job']);
  await without.stop();
  await h.again();
  await pass(h, FOUND_MS);
  expect(told).toEqual(['no_handler job', 'recovered job']);
});

it('a pause by the failure budget is told beside the failure that caused it: paused_by_engine', async () => {
  const { h, told } = await startWatched();
  h.deps.handler = () => Promise.reject(new Error('disk full'));
  await h.engine.createJob(job({ maxAttempts: 1, pauseAfter: { failures: 1 } }));
  await h.engine.trigger('job');
  await pass(h, SECOND);
  expect(told).toEqual(['failed job', 'paused_by_engine job']);
});

it('slots that passed while no node was there are told once one is: missed', async () => {
  const { h, told } = await startWatched();
  await h.engine.createJob({ id: 'job', name: 'Job', type: 'work', interval: '1m', catchUp: 'skip' });
  await h.engine.stop();
  h.clock.advance(10 * 60 * SECOND);
  await h.again();
  await pass(h, FOUND_MS);
  expect(told).toEqual(['missed job']);
});

it('slots that a command skips are told at once, not with the next regular look', async () => {
  const { h, told } = await startWatched();
  await h.engine.createJob({ id: 'job', name: 'Job', type: 'work', interval: '1m', catchUp: 'skip' });
  // No timer fires, so the command comes before the next plan.
  h.clock.set(h.clock.now() + 10 * 60 * SECOND);
  await h.engine.pauseJob('job');
  await pass(h, SECOND);
  expect(told).toEqual(['missed job']);
});

it('a failure is told soon after the database is back, though the answer to its settlement was lost', async () => {
  const { h, told } = await startWatched();
  h.deps.handler = () => Promise.reject(new Error('disk full'));
  await h.engine.createJob(job({ maxAttempts: 1 }));
  h.store.make('answer lost', 'settle');
  await h.engine.trigger('job');
  await pass(h, SECOND);
  h.store.restore();
  await pass(h, 3 * SECOND);
  expect(told).toEqual(['failed job']);
});
