import { randomInt } from 'node:crypto';
import { BoundedMap } from '../../../bounded-map.ts';
import type { StoredJob } from '../../../core/transactions/stored-job.ts';
import type { SeenWaiting } from '../../../core/transactions/tables/tables.ts';
import type { FixedJob } from '../../rows/jobs/job-row.ts';
import { LiveRunCap } from '../../rows/runs/live-run-cap.ts';
import type { Database } from '../connection/database.ts';
import type { GroupMaker } from '../limits/group-maker.ts';
import { KnownLimits } from '../limits/known-limits.ts';
import { TypeKeys } from '../rows/type-keys.ts';
import { DueIndexFloor } from '../shortcuts/due-index-floor.ts';
import { SHARDS } from '../shortcuts/hour-count-shards.ts';
import { KnownClaims } from '../shortcuts/known-claims.ts';
import { KnownJobs } from '../shortcuts/known-jobs.ts';
import { ALL_SHORTCUTS, type Shortcuts } from '../shortcuts/shortcuts.ts';
import { UnwrittenCounts } from '../upkeep/unwritten-counts.ts';

const MAX_TRIGGERED_BYTES = 8 * 1024 * 1024;
const BYTES_OF_TRIGGERED = 2_000;

export interface SharedOptions {
  readonly maxLiveRuns: number;
  readonly maxRunsPutOff: number;
  readonly shortcuts: Partial<Shortcuts>;
  readonly groups: GroupMaker;
}

/** The memory of a store between transactions. */
export class Shared {
  readonly types: TypeKeys;
  readonly liveRunCap: LiveRunCap;
  /** The most runs with a future `run_at` that a job may have. */
  readonly maxRunsPutOff: number;
  readonly shortcuts: Shortcuts;
  /** The shard of the hourly counts in which this process counts finished runs. */
  readonly shard: number = randomInt(SHARDS);
  /**
   * When a pass last timed out on locked jobs, and when this node last found a job locked that it wanted to
   * settle.
   */
  readonly lockWaits = { timedOutAt: Number.NEGATIVE_INFINITY, foundLockedAt: Number.NEGATIVE_INFINITY };
  /** The durations of written runs. */
  readonly counts: UnwrittenCounts;
  readonly limits = new KnownLimits();
  readonly groups: GroupMaker;
  readonly claims = new KnownClaims();
  readonly known = new KnownJobs();
  /** Recently triggered jobs by id. From them, the store knows what the next trigger makes. */
  readonly triggered = new BoundedMap<string, Triggered>({
    maxBytes: MAX_TRIGGERED_BYTES,
    bytesOf: ({ fixed: { payload, name, description } }) =>
      BYTES_OF_TRIGGERED + 2 * (payload.length + name.length + description.length),
  });
  /** Whether a pass left out due jobs because other work, such as parallel settlements, had locked them. */
  readonly missed = { plans: false };
  /** The result of the last look. A claim tries for suspects and priority slots only if the look saw some. */
  readonly waiting: { seen: SeenWaiting } = {
    seen: {
      at: 0,
      runAt: undefined,
      slotAt: undefined,
      suspects: { dueAt: undefined, isOneClaimed: false },
    },
  };
  readonly due: { readonly jobs: DueIndexFloor; readonly runs: DueIndexFloor };

  constructor(db: Database, { maxLiveRuns, maxRunsPutOff, shortcuts, groups }: SharedOptions) {
    this.groups = groups;
    this.types = new TypeKeys(db);
    this.counts = new UnwrittenCounts(db, this.shard);
    // A share of the room, because other nodes make runs too.
    this.liveRunCap = new LiveRunCap(maxLiveRuns, 1 / 8);
    this.maxRunsPutOff = maxRunsPutOff;
    this.shortcuts = { ...ALL_SHORTCUTS, ...shortcuts };
    const isOn = this.shortcuts.dueIndexFloor;
    this.due = { jobs: new DueIndexFloor({ isOn }), runs: new DueIndexFloor({ isOn }) };
  }
}

/** A job as the last trigger that made a claimed run found it. */
export interface Triggered {
  readonly stored: StoredJob;
  readonly fixed: FixedJob;
}

/** For work beside the passes. It has its own shard, so that neither waits for the other's commit. */
export function besidePasses(shared: Shared): Shared {
  return { ...shared, shard: (shared.shard + 1) % SHARDS };
}
