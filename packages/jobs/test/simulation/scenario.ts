import type { JobInput, JobPatch } from '../../src/index.ts';
import { randomInput, randomPatch } from './job-inputs.ts';
import { Random } from './random.ts';

/** What people do, and what goes wrong. `n` picks one of what is there at the time. */
export type Deed =
  /** `recreate`: a delete, and a new job with the same id at once. */
  | { readonly kind: 'create' | 'put' | 'recreate'; readonly input: JobInput }
  | { readonly kind: 'patch'; readonly jobId: string; readonly patch: JobPatch }
  | { readonly kind: 'delete' | 'resume'; readonly jobId: string }
  | {
      readonly kind: 'pause';
      readonly jobId: string;
      readonly untilMs: number | undefined;
      readonly cancelLive: boolean;
    }
  | {
      readonly kind: 'trigger';
      readonly jobId: string;
      readonly key: string | undefined;
      readonly runAtMs: number | undefined;
    }
  | { readonly kind: 'burst'; readonly jobId: string; readonly count: number }
  | { readonly kind: 'cancel'; readonly n: number; readonly force: boolean }
  | { readonly kind: 'retry'; readonly n: number }
  | {
      readonly kind: 'backfill';
      readonly jobId: string;
      readonly backMs: number;
      readonly onlyMissing: boolean;
    }
  | { readonly kind: 'bulk_jobs'; readonly action: 'pause' | 'resume' | 'run' }
  | { readonly kind: 'bulk_runs'; readonly action: 'cancel' | 'retry' }
  | { readonly kind: 'pause_all'; readonly untilMs: number | undefined }
  | { readonly kind: 'resume_all' }
  | { readonly kind: 'crash'; readonly n: number; readonly awayMs: number; readonly losesLastCalls: boolean }
  | { readonly kind: 'deploy'; readonly n: number; readonly awayMs: number; readonly release: number }
  | { readonly kind: 'cut_off' | 'freeze' | 'slow'; readonly n: number; readonly ms: number }
  | { readonly kind: 'lose_calls' | 'lose_answers'; readonly n: number; readonly count: number }
  | { readonly kind: 'jump'; readonly ms: number };

export interface Action {
  /** Simulated ms since the start. */
  readonly at: number;
  /** Which node a person talks to. */
  readonly via: number;
  readonly deed: Deed;
}

/** All that a simulation does but the random choices of the network and of handlers, which the seed gives. */
export interface Scenario {
  readonly seed: number;
  readonly nodes: readonly { readonly places: number; readonly release: number }[];
  readonly isOrdered: boolean;
  readonly delayMs: number;
  /** How long people and faults act (ms). */
  readonly lengthMs: number;
  readonly actions: readonly Action[];
}

export interface ScenarioOptions {
  /** How many actions; by default, the seed decides. */
  readonly actions?: number | undefined;
}

/** The scenario of a seed. */
export function scenarioOf(seed: number, options: ScenarioOptions = {}): Scenario {
  const random = new Random(seed, 'scenario');
  const nodes = Array.from({ length: random.whole(1, 4) }, () => ({
    places: random.pick([1, 2, 3, 10]),
    release: random.chance(0.2) ? 2 : 1,
  }));
  const lengthMs = random.pick([20_000, 60_000, 60_000, 180_000]);
  const jobs = random.whole(1, 5);
  const ids = Array.from({ length: jobs }, (_, n) => `job-${n}`);
  const mayJump = random.chance(0.4);
  const faults = FAULTS.filter((kind) => (kind !== 'jump' || mayJump) && random.chance(0.5));
  const created = ids.map((id, n) => ({
    at: random.whole(0, 2_000) + n,
    via: random.whole(0, 3),
    deed: { kind: 'create', input: randomInput(random, id, ids) } as const,
  }));
  const count = options.actions ?? random.whole(0, 25);
  const others = Array.from({ length: count }, (): Action => {
    const at = random.whole(1_000, lengthMs);
    const isFault = faults.length > 0 && random.chance(0.35);
    const deed = isFault ? faultDeed(random, random.pick(faults)) : personDeed(random, ids);
    return { at, via: random.whole(0, 3), deed };
  });
  return {
    seed,
    nodes,
    lengthMs,
    isOrdered: random.chance(0.5),
    delayMs: random.pick([1, 3, 20, 100]),
    actions: [...created, ...others, ...others.flatMap((action) => aroundJump(random, action, ids))].sort(
      (a, b) => a.at - b.at,
    ),
  };
}

/** What shows how a jump is taken: runs that wait meanwhile, or an edit after it and then slots that are late. */
function aroundJump(random: Random, { at, via, deed }: Action, ids: readonly string[]): readonly Action[] {
  if (deed.kind !== 'jump' || Math.abs(deed.ms) < 120_000) return [];
  const jobId = random.pick(ids);
  const [after, interval] = [at + random.whole(500, 5_000), random.pick(['1s', '2s'])];
  if (deed.ms > 0)
    return [
      { at: at - 300, via, deed: { kind: 'burst', jobId, count: 8 } },
      { at: at + 300, via, deed: { kind: 'burst', jobId: random.pick(ids), count: 8 } },
    ];
  return [
    { at: after, via, deed: { kind: 'patch', jobId, patch: { interval } } },
    ...[0, 1, 2, 3].map((n): Action => ({ at: after + 3_000, via, deed: { kind: 'freeze', n, ms: 5_000 } })),
  ];
}

const FAULTS = [
  'crash',
  'deploy',
  'cut_off',
  'freeze',
  'slow',
  'lose_calls',
  'lose_answers',
  'jump',
] as const;

function faultDeed(random: Random, kind: (typeof FAULTS)[number]): Deed {
  const n = random.whole(0, 3);
  switch (kind) {
    case 'crash':
      return { kind, n, awayMs: random.pick([0, 500, 3_000, 30_000]), losesLastCalls: random.chance(0.5) };
    case 'deploy':
      return { kind, n, awayMs: random.pick([0, 1_000, 10_000]), release: random.whole(1, 2) };
    case 'cut_off':
    case 'freeze':
      return { kind, n, ms: random.pick([500, 5_000, 14_500, 16_000, 40_000]) };
    case 'slow':
      return { kind, n, ms: random.pick([50, 500, 3_000]) };
    case 'lose_calls':
    case 'lose_answers':
      return { kind, n, count: random.whole(1, 6) };
    case 'jump':
      return {
        kind,
        ms: random.pick([-600_000, -120_000, -30_000, -1_000, 1_000, 45_000, 400_000, 3_600_000]),
      };
    default:
      return kind satisfies never;
  }
}

const PERSON_DEEDS = [
  'create',
  'put',
  'recreate',
  'patch',
  'patch',
  'delete',
  'pause',
  'resume',
  'resume',
  'trigger',
  'trigger',
  'trigger',
  'trigger',
  'burst',
  'cancel',
  'cancel',
  'cancel',
  'retry',
  'backfill',
  'backfill',
  'bulk_jobs',
  'bulk_runs',
  'pause_all',
  'resume_all',
] as const;

function personDeed(random: Random, ids: readonly string[]): Deed {
  const kind = random.pick(PERSON_DEEDS);
  const jobId = random.pick(ids);
  const untilMs = random.chance(0.5) ? random.whole(1_000, 30_000) : undefined;
  switch (kind) {
    case 'create':
    case 'put':
    case 'recreate':
      return { kind, input: randomInput(random, jobId, ids) };
    case 'patch':
      return { kind, jobId, patch: randomPatch(random) };
    case 'delete':
    case 'resume':
      return { kind, jobId };
    case 'pause':
      return { kind, jobId, untilMs, cancelLive: random.chance(0.3) };
    case 'trigger': {
      const key = random.chance(0.5) ? `key-${random.whole(0, 2)}` : undefined;
      return { kind, jobId, key, runAtMs: random.chance(0.2) ? random.whole(-1_000, 20_000) : undefined };
    }
    case 'burst':
      return { kind, jobId, count: random.whole(2, 12) };
    case 'cancel':
      return { kind, n: random.whole(0, 99), force: random.chance(0.3) };
    case 'retry':
      return { kind, n: random.whole(0, 99) };
    case 'backfill':
      return { kind, jobId, backMs: random.whole(1_000, 60_000), onlyMissing: random.chance(0.5) };
    case 'bulk_jobs':
      return { kind, action: random.pick(['pause', 'resume', 'resume', 'run'] as const) };
    case 'bulk_runs':
      return { kind, action: random.pick(['cancel', 'retry'] as const) };
    case 'pause_all':
      return { kind, untilMs: random.whole(1_000, 20_000) };
    case 'resume_all':
      return { kind };
    default:
      return kind satisfies never;
  }
}
