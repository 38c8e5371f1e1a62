import { randomInt } from 'node:crypto';
import { BoundedMap } from '../../../bounded-map.ts';
import type { StoredJob } from '../../../core/transactions/stored-job.ts';
import type { SeenWaiting } from '../../../core/transactions/tables.ts';
import type { FixedJob } from '../../rows/job-row.ts';
import { LiveRunCap } from '../../rows/live-run-cap.ts';
import type { Database } from '../connection/database.ts';
import { createTypeKeys, type TypeKeys } from '../rows/type-keys.ts';
import { createDueIndexFloor, type DueIndexFloor } from '../shortcuts/due-index-floor.ts';
import { SHARDS } from '../shortcuts/hour-count-shards.ts';
import { createKnownClaims, type KnownClaims } from '../shortcuts/known-claims.ts';
import { createKnownJobs, type KnownJobs } from '../shortcuts/known-jobs.ts';
import { ALL_SHORTCUTS, type Shortcuts } from '../shortcuts/shortcuts.ts';

/** What a store keeps over its transactions. */
export interface Shared {
  readonly types: TypeKeys;
  readonly liveRunCap: LiveRunCap;
  /** The most runs with a future `run_at` that a job may have. */
  readonly maxRunsPutOff: number;
  readonly shortcuts: Shortcuts;
  /** This process counts finished runs in this shard of an hour, or begins with it. */
  readonly shard: number;
  /** Whether a pass waits for jobs that others have locked: not again soon after it was in vain. */
  readonly patience: {
    gaveUpAt: number;
    /** When jobs that this node settles were last found locked: by others, or by other work of its own. */
    sharedAt: number;
  };
  readonly claims: KnownClaims;
  readonly known: KnownJobs;
  /** By id, jobs that were triggered of late: what the next trigger makes is known. */
  readonly triggered: BoundedMap<string, Triggered>;
  /** Whether a pass left something due alone since others held it, such as the settlements beside it. */
  readonly missed: { plans: boolean };
  /** What the last look has seen: a claim asks for suspects and slots only where there are some. */
  readonly waiting: { seen: SeenWaiting };
  readonly due: { readonly jobs: DueIndexFloor; readonly runs: DueIndexFloor };
}

/** A job as it was when a trigger last made and claimed a run of it. */
export interface Triggered {
  readonly stored: StoredJob;
  readonly fixed: FixedJob;
}

const MAX_TRIGGERED_BYTES = 8 * 1024 * 1024;
const BYTES_OF_TRIGGERED = 2_000;

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
    // Other nodes make runs, too.
    liveRunCap: new LiveRunCap(maxLiveRuns, 1 / 8),
    maxRunsPutOff,
    shortcuts,
    shard: randomInt(SHARDS),
    patience: { gaveUpAt: Number.NEGATIVE_INFINITY, sharedAt: Number.NEGATIVE_INFINITY },
    claims: createKnownClaims(),
    known: createKnownJobs(),
    triggered: new BoundedMap({
      maxBytes: MAX_TRIGGERED_BYTES,
      bytesOf: ({ fixed: { payload, name, description } }) =>
        BYTES_OF_TRIGGERED + 2 * (payload.length + name.length + description.length),
    }),
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
