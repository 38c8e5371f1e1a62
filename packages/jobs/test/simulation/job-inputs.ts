import type { JobInput, JobPatch } from '../../src/index.ts';
import { MOODS } from './handlers.ts';
import type { Random } from './random.ts';
import { T0 } from './world.ts';

type Fields = Partial<Omit<JobInput, 'id' | 'type' | 'name'>>;

const TYPES = ['work', 'work', 'limited', 'limited', 'rated', 'budgeted', 'resumable'];

/** A job with random options. Some are refused, which is an answer, too. */
export function randomInput(random: Random, id: string, ids: readonly string[]): JobInput {
  const schedule = randomSchedule(random, ids);
  const overlap = random.pick(['skip', 'skip', 'queue', 'allow', 'cancel_previous'] as const);
  const upstream = random.pick(ids);
  return {
    id,
    name: id,
    type: random.pick(TYPES),
    payload: randomPayload(random),
    ...schedule,
    overlap,
    catchUp: overlap === 'queue' && random.chance(0.5) ? 'all' : random.pick(['once', 'once', 'skip']),
    ...maybe(random, 0.5, () => ({ maxAttempts: random.whole(1, 4) })),
    ...maybe(random, 0.3, () => ({ timeout: random.pick(['1s', '5s', '30s']) })),
    ...maybe(random, 0.2, () => ({ expireAfter: random.pick(['1s', '5s', '20s']) })),
    ...maybe(random, 0.3, () => ({ priority: random.pick(['high', 'low'] as const) })),
    ...maybe(random, overlap === 'allow' ? 0.5 : 0, () => ({ maxRunning: random.whole(1, 2) })),
    ...maybe(random, 0.15, () => ({ pauseAfter: { failures: 2, ofLast: random.whole(2, 4) } })),
    ...maybe(random, upstream === id ? 0 : 0.25, () => ({
      onlyIf: { job: upstream, succeededWithin: random.pick(['5s', '1m']) },
    })),
  };
}

function randomSchedule(random: Random, ids: readonly string[]): Fields {
  const kind = random.pick([
    'interval',
    'interval',
    'interval',
    'cron',
    'rrule',
    'run_at',
    'demand',
    'after',
    'after',
  ]);
  const bounds: Fields = {
    ...maybe(random, 0.15, () => ({ maxRuns: random.whole(1, 5) })),
    ...maybe(random, 0.25, () => ({ startAt: new Date(T0 + random.whole(-12, 12) * 5_000) })),
    ...maybe(random, 0.2, () => ({ endAt: new Date(T0 + 10_000 * random.whole(1, 12)) })),
  };
  switch (kind) {
    case 'interval': {
      const isDelay = random.chance(0.25);
      const interval = random.pick(['1s', '1s', '2s', '5s', '7s', '30s', '1m', '1h']);
      const spread = isDelay ? {} : maybe(random, 0.15, () => ({ spread: '1s' }));
      return { interval, ...bounds, ...spread, ...(isDelay ? { intervalMode: 'fixed_delay' as const } : {}) };
    }
    case 'cron':
      return { cron: random.pick(['*/5 * * * * *', '* * * * *', '*/20 * * * * *']), ...bounds };
    case 'rrule':
      return { rrule: random.pick(['FREQ=MINUTELY;INTERVAL=1', 'FREQ=SECONDLY;INTERVAL=10']), ...bounds };
    case 'run_at':
      return { runAt: new Date(T0 + random.whole(-20_000, 60_000)) };
    case 'after':
      return {
        after: { job: random.pick(ids), on: random.pick(['succeeded', 'failed', 'finished'] as const) },
      };
    default:
      return { onDemand: true };
  }
}

/** A deadly job kills every node that runs it, so few jobs are. */
function randomPayload(random: Random): object {
  const mood = random.pick(MOODS);
  const isTooMuch = mood === 'deadly' && random.chance(0.6);
  return { mood: isTooMuch ? 'flaky' : mood, key: random.whole(0, 1) };
}

/** An edit of some fields. */
export function randomPatch(random: Random): JobPatch {
  const patches: readonly (() => JobPatch)[] = [
    () => ({ interval: random.pick(['1s', '3s', '10s', '1m']) }),
    () => ({ interval: random.pick(['2s', '5s']) }),
    () => ({
      overlap: random.pick(['skip', 'queue', 'allow', 'cancel_previous'] as const),
      maxRunning: null,
    }),
    () => ({ catchUp: random.pick(['once', 'skip'] as const) }),
    () => ({ maxAttempts: random.whole(1, 4) }),
    () => ({ payload: randomPayload(random) }),
    () => ({ priority: random.pick(['high', 'normal', 'low'] as const) }),
    () => ({ overlap: 'allow', maxRunning: random.whole(1, 3) }),
    () => ({ overlap: random.pick(['skip', 'allow'] as const), maxRunning: null }),
    () => ({ expireAfter: random.pick(['1s', '10s', null]) }),
    () => ({ description: `edit ${random.whole(0, 9)}` }),
    () => ({ onlyIf: null }),
  ];
  return random.pick(patches)();
}

function maybe<T extends object>(
  random: Random,
  probability: number,
  make: () => T,
): T | Record<never, never> {
  return random.chance(probability) ? make() : {};
}
