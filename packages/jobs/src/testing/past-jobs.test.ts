import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { silentLogger } from '../../test/silent-logger.ts';
import { defineJobType } from '../core/job-types/define-job-type.ts';
import { createJobs } from '../engine/create-jobs.ts';
import { sqlite } from '../stores/sqlite/index.ts';
import { createPastJobs } from './past-jobs.ts';
import type { TestClock } from './test-time.ts';

const FROM = Date.UTC(2026, 0, 5, 8, 0, 30);
const MINUTE = 60_000;

const workFor = (clock: TestClock) =>
  defineJobType({
    type: 'work',
    payload: z.object({ ms: z.int().default(2_500), fails: z.boolean().default(false) }),
    maxAttempts: 1,
    run: async (ctx) => {
      ctx.log.info('begins');
      await clock.sleep(ctx.payload.ms, { signal: ctx.signal });
      if (ctx.payload.fails) throw new Error('it fails');
      return { ok: true };
    },
  });

async function startPast() {
  const folder = mkdtempSync(join(tmpdir(), 'greenvue-past-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'jobs.db');
  const told: string[] = [];
  const past = await createPastJobs({
    file,
    from: FROM,
    types: (clock) => [workFor(clock)],
    alerts: { kinds: { note: ({ title }) => void told.push(title) } },
  });
  return { file, past, told };
}

test('hours pass in a moment: each run starts at its slot, and takes as long as its handler waits', async () => {
  const { past, told } = await startPast();
  await past.createAlertChannel({ id: 'ops', kind: 'note' });
  await past.createJob({ id: 'ok', name: 'Ok', type: 'work', cron: '*/10 * * * *' }, { by: 'user:1' });
  const fails = { id: 'no', name: 'No', type: 'work', cron: '5 * * * *', payload: { fails: true } };
  await past.createJob({ ...fails, pauseAfter: { failures: 2 } });
  await past.advanceTo(FROM + 180 * MINUTE);
  const runs = (await past.listRuns({ jobId: 'ok', limit: 100 })).rows.map(({ run }) => run);
  expect(runs).toHaveLength(18);
  for (const run of runs) {
    expect(run).toMatchObject({ status: 'succeeded', startedAt: run.scheduledFor });
    expect('finishedAt' in run && run.finishedAt - Number(run.startedAt)).toBe(2_500);
  }
  expect(await past.getLogs(runs[0]?.id ?? '')).toMatchObject([{ at: runs[0]?.queuedAt, message: 'begins' }]);
  expect((await past.getJob('no')).job).toMatchObject({ status: 'paused', pause: { by: 'engine' } });
  expect(told.at(-1)).toBe('Job "No" was paused because too many runs failed');
  await past.stop();
});

test('a later engine continues: a run that had not ended starts again', async () => {
  const { file, past } = await startPast();
  await past.createJob({
    id: 'long',
    name: 'Long',
    type: 'work',
    cron: '0 9 * * *',
    payload: { ms: 20 * MINUTE },
  });
  await past.advanceTo(FROM + 70 * MINUTE);
  expect((await past.listRuns({ status: 'running' })).rows).toHaveLength(1);
  await past.stop();
  const short = defineJobType({
    type: 'work',
    payload: z.looseObject({}),
    run: async () => ({ again: true }),
  });
  const jobs = createJobs({ store: sqlite(file), types: [short], logger: silentLogger });
  await jobs.start();
  onTestFinished(() => jobs.stop());
  const [first] = (await jobs.listRuns({ jobId: 'long', limit: 5 })).rows.slice(-1);
  await expect.poll(async () => (await jobs.getRun(first?.run.id ?? '')).run.status).toBe('succeeded');
});
