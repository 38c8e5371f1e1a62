import { randomInt } from 'node:crypto';
import type { SeenWaiting } from '../../../core/transactions/tables.ts';
import type { Database } from '../connection/database.ts';
import { createTypeKeys, type TypeKeys } from '../rows/type-keys.ts';
import { createDueIndexFloor, type DueIndexFloor } from '../shortcuts/due-index-floor.ts';
import { SHARDS } from '../shortcuts/hour-count-shards.ts';
import { createKnownClaims, type KnownClaims } from '../shortcuts/known-claims.ts';
import { createKnownJobs, type KnownJobs } from '../shortcuts/known-jobs.ts';
import { createTriggered, type KnownTriggers } from '../shortcuts/known-triggers.ts';
import { ALL_SHORTCUTS, type Shortcuts } from '../shortcuts/shortcuts.ts';
import { createLiveRunCap, type LiveRunCap } from './live-run-cap.ts';

/** What a store keeps over its transactions. */
export interface Shared {
  readonly types: TypeKeys;
  readonly liveRunCap: LiveRunCap;
  /** The most runs with a future `run_at` that a job may have. */
  readonly maxRunsPutOff: number;
  readonly shortcuts: Shortcuts;
  /** This process counts finished runs in this shard of an hour, or begins with it. */
  readonly shard: number;
  readonly patience: Patience;
  readonly claims: KnownClaims;
  readonly known: KnownJobs;
  readonly triggered: KnownTriggers;
  readonly missed: Missed;
  /** What the last look has seen: a claim asks for suspects and slots only where there are some. */
  readonly waiting: { seen: SeenWaiting };
  readonly due: { readonly jobs: DueIndexFloor; readonly runs: DueIndexFloor };
}

/** Whether a pass left something due alone since others held it, such as the settlements beside it. */
export interface Missed {
  plans: boolean;
}

/** Whether a pass waits for jobs that others have locked: not again soon after it was in vain. */
export interface Patience {
  gaveUpAt: number;
  /** When jobs that this node settles were last found locked: by others, or by other work of its own. */
  sharedAt: number;
}

export function createShared(
  db: Database,
  {
    maxLiveRuns,
    maxRunsPutOff,
    shortcuts: some,
  }: {
    readonly maxLiveRuns: number;
    readonly maxRunsPutOff: number;
    readonly shortcuts: Partial<Shortcuts>;
  },
): Shared {
  const shortcuts = { ...ALL_SHORTCUTS, ...some };
  const floor = () => createDueIndexFloor({ isOn: shortcuts.dueIndexFloor });
  return {
    types: createTypeKeys(db),
    liveRunCap: createLiveRunCap(maxLiveRuns),
    maxRunsPutOff,
    shortcuts,
    shard: randomInt(SHARDS),
    patience: { gaveUpAt: Number.NEGATIVE_INFINITY, sharedAt: Number.NEGATIVE_INFINITY },
    claims: createKnownClaims(),
    known: createKnownJobs(),
    triggered: createTriggered(),
    missed: { plans: false },
    waiting: {
      seen: {
        at: 0,
        runAt: undefined,
        slotAt: undefined,
        suspects: { dueAt: undefined, isOneClaimed: false },
      },
    },
    due: { jobs: floor(), runs: floor() },
  };
}

/**
 * For work beside the passes: it counts in a shard of its own, so that it and the pass beside it don't wait
 * for each other's commit.
 */
export function besidePasses(shared: Shared): Shared {
  return { ...shared, shard: (shared.shard + 1) % SHARDS };
}
