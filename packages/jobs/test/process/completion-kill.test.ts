import { expect, inject, it, onTestFinished, vi } from 'vitest';
import { CONDITION_MS } from '../../../../scripts/test-deadlines.ts';
import { createTestDatabase } from '../postgres/test-database.ts';
import { end, startChild } from './killed-child.ts';

/** A measurement sets more. */
const KILLS = Number(process.env.COMPLETION_KILLS ?? 6);
const LIMIT_MS = 30_000 + KILLS * 10_000;

const STATE = `SELECT (SELECT n FROM counter)::integer AS counter,
    (SELECT count(DISTINCT run_id) FROM effects)::integer AS effects,
    (SELECT count(*) FROM greenvue_jobs.runs WHERE status = 'succeeded')::integer AS succeeded,
    (SELECT count(*) FROM greenvue_jobs.runs WHERE status <> 'succeeded')::integer AS others,
    (SELECT count(*) FROM greenvue_jobs.runs WHERE recoveries > 0)::integer AS recovered,
    (SELECT count(*) FROM greenvue_jobs.runs WHERE attempt > 1)::integer AS retried,
    (SELECT count(*) FROM greenvue_jobs.completions)::integer AS completions,
    (SELECT count(*) FROM greenvue_jobs.live_runs)::integer AS live`;
const WITHOUT_EFFECT = `SELECT count(*)::integer AS n FROM greenvue_jobs.runs
  WHERE (status = 'succeeded') <> EXISTS (SELECT FROM effects WHERE run_id = runs.id::text)`;

// Promise P31, completion.
it(
  `R12: two nodes whose handlers count in the transactions of their runs count exactly, through ${KILLS} kills`,
  async () => {
    const { url, rows, drop } = await createTestDatabase(inject('postgresUrl'), 'completion_kill');
    onTestFinished(drop);
    await rows('CREATE TABLE counter (n bigint NOT NULL)');
    await rows('INSERT INTO counter VALUES (0)');
    await rows('CREATE TABLE effects (run_id text NOT NULL)');
    const state = async () => (await rows<Record<string, number>>(STATE))[0] ?? {};
    const start = (...more: readonly string[]) => startChild('./completion-child.ts', url, ...more);
    let kills = 0;
    /** One node at a time, each killed soon after its start. */
    const startAndKill = async () => {
      while (kills < KILLS) {
        kills += 1;
        const node = await start();
        const { counter: before = 0 } = await state();
        await vi.waitFor(async () => expect((await state()).counter).toBeGreaterThan(before), CONDITION_MS);
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 300));
        await end(node, 'SIGKILL');
      }
    };
    await Promise.all([startAndKill(), startAndKill()]);
    // One that makes no further run works off what is left.
    const survivor = await start('nothing');
    await vi.waitFor(async () => expect((await state()).live).toBe(0), CONDITION_MS);
    await end(survivor, 'SIGKILL');
    const last = await state();
    process.stdout.write(`${KILLS} kills: ${JSON.stringify(last)}\n`);
    expect(last.succeeded).toBeGreaterThan(KILLS);
    expect(last).toMatchObject({ counter: last.succeeded, effects: last.succeeded, completions: 0 });
    expect(await rows(WITHOUT_EFFECT)).toEqual([{ n: 0 }]);
  },
  LIMIT_MS,
);
