import { z } from 'zod';
import { defineJobType, type JobContext, type JobType, PermanentError } from '../../src/index.ts';
import type { Ledger } from './ledger.ts';
import { Random } from './random.ts';
import type { World } from './world.ts';

/** The process in which a handler runs. */
export interface HandlerProcess {
  readonly name: string;
  handle(ctx: JobContext<unknown>): Promise<unknown>;
  /** Rejects when the signal fires. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  die(why: string): void;
  /** Blocks its event loop. */
  freeze(ms: number): void;
}

export interface HandlerSurroundings {
  readonly world: World;
  readonly ledger: Ledger;
  readonly seed: number;
}

/** How the handlers of a job behave. */
export const MOODS = ['calm', 'slow', 'flaky', 'failing', 'blocking', 'deadly', 'wild'] as const;
export type Mood = (typeof MOODS)[number];

const payload = z.strictObject({ mood: z.enum(MOODS).default('calm'), key: z.int().default(0) });
const run = async (ctx: JobContext<unknown>, process: HandlerProcess) => process.handle(ctx);
const backoff = { initial: '2s', max: '20s' };

/** The job types of a release. Release 2 has a newer version of `work`, and one type more. */
export function jobTypesOf(release: number): readonly JobType<HandlerProcess>[] {
  const types = [
    defineJobType({ type: 'work', version: release, payload, backoff, timeout: '20s', run }),
    defineJobType({ type: 'limited', payload, backoff, limits: { running: 2, per: '/key' }, run }),
    defineJobType({
      type: 'rated',
      payload,
      backoff,
      limits: { rate: { runs: 3, per: '5s' } },
      maxAttempts: 2,
      run,
    }),
    defineJobType({ type: 'budgeted', payload, backoff, pauseAfter: { failures: 2, ofLast: 3 }, run }),
    defineJobType({
      type: 'resumable',
      payload,
      backoff,
      checkpoint: z.strictObject({ step: z.int() }),
      timeout: '1m',
      run,
    }),
  ];
  return types as unknown as readonly JobType<HandlerProcess>[];
}

type Deed = 'succeed' | 'throw' | 'throw_permanent' | 'work' | 'work_deaf' | 'block' | 'hang' | 'die';

const DEEDS: Readonly<Record<Mood, readonly Deed[]>> = {
  calm: ['succeed'],
  slow: ['work', 'succeed'],
  flaky: ['succeed', 'throw', 'succeed', 'throw', 'throw_permanent'],
  failing: ['throw', 'throw', 'throw', 'throw_permanent', 'succeed'],
  blocking: ['work', 'work', 'block'],
  deadly: ['die'],
  wild: ['succeed', 'throw', 'throw_permanent', 'work', 'work_deaf', 'hang', 'die', 'die'],
};

/** What one execution does follows from the seed, the run and the claim alone. */
export async function behave(
  ctx: JobContext<unknown>,
  process: HandlerProcess,
  { world, ledger, seed }: HandlerSurroundings,
): Promise<unknown> {
  const { mood } = payload.parse(ctx.payload);
  const { id: runId, attempt, fence } = ctx.run;
  const random = new Random(seed, 'handler', runId, fence);
  const execution = ledger.begin({
    runId,
    jobId: ctx.job.id,
    jobUid: ctx.job.uid,
    attempt,
    fence,
    process: process.name,
    startedAt: world.elapsed,
    startedWall: world.wall,
    signal: ctx.signal,
  });
  const deed = ledger.isCalm ? 'succeed' : random.pick(DEEDS[mood]);
  world.note(`${process.name} handler of run ${runId} (attempt ${attempt}, claim ${fence}): ${deed}`);
  try {
    if (ctx.job.type === 'resumable') await saveSteps(ctx, ledger, random);
    await act(deed, process, ctx, random);
    ledger.end(execution, 'returned', world.elapsed);
    return { fence, process: process.name };
  } catch (error) {
    ledger.end(execution, 'threw', world.elapsed);
    throw error;
  }
}

async function act(
  deed: Deed,
  process: HandlerProcess,
  ctx: JobContext<unknown>,
  random: Random,
): Promise<void> {
  const { signal } = ctx;
  switch (deed) {
    case 'succeed':
      if (random.chance(0.7)) await process.sleep(random.whole(0, 400), signal);
      return;
    case 'throw':
      await process.sleep(random.whole(0, 400), signal);
      throw new Error('a try that fails');
    case 'throw_permanent':
      throw new PermanentError('no try can succeed');
    case 'work':
      await process.sleep(random.whole(500, 10_000), signal);
      ctx.progress(1, 2);
      return process.sleep(random.whole(500, 15_000), signal);
    case 'block':
      process.freeze(random.pick([500, 16_000, 16_000, 30_000]));
      await process.sleep(0);
      if (random.chance(0.5)) return;
      ctx.progress(1, 2);
      return process.sleep(random.whole(500, 15_000), signal);
    case 'work_deaf':
      for (let part = 0; part < 3; part += 1) {
        await process.sleep(random.whole(300, 15_000));
        ctx.progress(part, 3);
      }
      return;
    case 'hang':
      return process.sleep(120_000, signal);
    case 'die':
      await process.sleep(random.whole(0, 1_000), signal);
      process.die('a handler kills it');
      return new Promise(() => undefined);
    default:
      return deed satisfies never;
  }
}

async function saveSteps(ctx: JobContext<unknown>, { saved, lostCheckpoints }: Ledger, random: Random) {
  const { id } = ctx.run;
  const found = z.strictObject({ step: z.int() }).optional().parse(ctx.lastCheckpoint)?.step ?? 0;
  const payload = JSON.stringify(ctx.payload);
  const told = saved.get(id);
  if (told?.payload === payload && found < told.step)
    lostCheckpoints.push(`run ${id} had saved step ${told.step}, and its next attempt found ${found}`);
  for (let step = found + 1; step <= found + random.whole(1, 3); step += 1) {
    await ctx.checkpoint({ step });
    saved.set(id, { step, payload });
  }
}
