import type { FailReason, FinishedStatus, SkipReason } from '../../core/model/run.ts';
import type { LeaseKept } from '../../core/nodes/lease.ts';
import type { NodeInfo, NodeState } from '../../core/nodes/membership.ts';
import type { PauseOfAll } from '../../core/pauses/pause-of-all.ts';
import type { DatabaseUpkeep } from '../../core/store/database-upkeep.ts';
import type { HealthCounts, StoreStats } from '../../core/store/store-views.ts';

/** How an attempt ended; `retried`: it failed, and the run is tried again. */
export type Ending = 'succeeded' | 'failed' | 'cancelled' | 'retried';

/**
 * `late`: no heartbeat for 10 s. `stalled`: its event loop is blocked. `joining`: cut off, it claims nothing.
 * `failing`: it has failed to write and claim runs for 5 s, as only the node itself reports. `draining`: it
 * was drained.
 */
export type NodeHealth = 'ok' | 'late' | 'stalled' | 'joining' | 'failing' | 'draining';

export interface NodeStats extends Omit<NodeInfo, 'id' | 'types'>, NodeState {
  readonly node: string;
  readonly health: NodeHealth;
  /** When the node last reported; all its values are as of then. */
  readonly seenAt: number;
  readonly types: readonly string[];
}

export interface LastMinute {
  readonly started: number;
  readonly finished: Readonly<Record<Ending, number>>;
  /** From due to started; undefined when nothing started. */
  readonly latenessMs:
    | { readonly p50: number; readonly p95: number; readonly p99: number; readonly max: number }
    | undefined;
}

/** What a node did in one minute of the clock. */
export interface MinuteCounts extends Readonly<Record<Ending, number>> {
  /** Start of the minute (ms). */
  readonly minute: number;
  readonly started: number;
  /** Slots that this node made no run of. */
  readonly skipped: number;
  /** From due to started; undefined when nothing started. */
  readonly latenessP99Ms: number | undefined;
}

/** How often values fell between fixed bounds, since the start of the process. */
export interface HistogramCounts {
  /** Upper bounds, ascending; each includes values equal to it. */
  readonly boundsMs: readonly number[];
  /** How many values are above the bound before and up to this one; the last count is of values above all. */
  readonly counts: readonly number[];
  readonly sumMs: number;
}

/** What a node did with one job type since its start. */
export interface TypeCounts {
  readonly type: string;
  /** Attempts by how they ended. */
  readonly ended: Readonly<Record<Ending, number>>;
  /** Of those attempts. */
  readonly durations: HistogramCounts;
  /** From due to started. */
  readonly lateness: HistogramCounts;
}

/**
 * Pings to monitors since the start of the process: delivered, failed in each try, and not tried (P26,
 * pings).
 */
export interface PingCounts {
  readonly sent: number;
  readonly failed: number;
  readonly dropped: number;
}

/** What one node does, and has done since its start. It needs no database to report this. */
export interface NodeActivity {
  /** Claims that ended on this node since its start: attempts, and runs cancelled before they started. */
  readonly sinceStart: Readonly<Record<Ending, number>>;
  readonly lastMinute: LastMinute;
  /** The last 60 minutes of the clock, newest first; the newest is not over. */
  readonly minutes: readonly MinuteCounts[];
  /** One entry for each job type of the node. */
  readonly types: readonly TypeCounts[];
  /** Slots skipped since its start, by reason; slots missed together count as one. */
  readonly skipped: Readonly<Record<SkipReason, number>>;
  /** Claims that have ended and are not known to be written. */
  readonly settling: number;
  /** For how long it has failed to write and claim runs (ms); 0 while that works, and for the first 5 s. */
  readonly failingMs: number;
  /** Subscribers to events on this node: open event streams, and code. */
  readonly listeners: number;
  readonly pings: PingCounts;
  /** The pause of all jobs, if there is one, as this node knows it. */
  readonly pauseOfAll: PauseOfAll | undefined;
  readonly node: NodeStats;
  readonly lease: LeaseKept;
}

/** Gets each attempt of this node as it starts and ends, for metrics that need single values. */
export interface AttemptObserver {
  /** `latenessMs`: from due to started. */
  started(attempt: { readonly type: string; readonly latenessMs: number }): void;
  /** Called once the end is written. `reason`: why a `failed` or `retried` attempt failed. */
  ended(attempt: {
    readonly type: string;
    readonly ending: Ending;
    readonly tookMs: number;
    readonly reason: FailReason | undefined;
  }): void;
}

export interface EngineStats extends StoreStats, NodeActivity {
  readonly now: number;
  /**
   * Jobs by health, about 15 s old at most; older where counting takes long, as with very many jobs. So are
   * the `hours` of some jobs.
   */
  readonly health: HealthCounts;
  /** All live nodes; the one that answers comes first, as it is now. */
  readonly nodes: readonly NodeStats[];
  /** At most a minute old. Undefined on SQLite, or if the server does not tell. */
  readonly database: DatabaseUpkeep | undefined;
}

/** In ms, at most 15 % from the exact value. */
export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
}

/** What finished runs were like. */
export interface HistoryNumbers {
  readonly counts: Readonly<Record<FinishedStatus, number>>;
  /** Of the runs that succeeded or failed, the share that succeeded (0 to 1). Undefined without such runs. */
  readonly successRate: number | undefined;
  /** How long the last attempt took: of succeeded runs. Undefined without durations. */
  readonly durationMs: Percentiles | undefined;
  /** The same of failed runs. */
  readonly failedDurationMs: Percentiles | undefined;
  /** From due to started, of the last attempt. A pause counts as no lateness. */
  readonly latenessMs: Percentiles | undefined;
}

/** Finished runs of a range of time, together and by step. */
export interface RunHistory {
  /** In ms: included, and excluded. */
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
  readonly total: HistoryNumbers;
  /**
   * Oldest first, without gaps. `from`: when the step begins. A run belongs to the step in which it ended.
   */
  readonly steps: readonly (HistoryNumbers & { readonly from: number })[];
}
