import type { LeaseKept } from '../core/lease.ts';
import type { SkipReason } from '../core/run.ts';
import type { HealthCounts, StoreStats } from '../core/store-views.ts';

/** How an attempt ended; `retried`: it failed, and there is another one to come. */
export type Ending = 'succeeded' | 'failed' | 'cancelled' | 'retried';

/**
 * `late`: no heartbeat for 10 s. `stalled`: its event loop is blocked. `joining`: cut off from the others, it
 * claims nothing. `failing`: it has failed to write and claim runs for 5 s; only the node itself reports
 * that.
 */
export type NodeHealth = 'ok' | 'late' | 'stalled' | 'joining' | 'failing';

export interface NodeStats {
  readonly node: string;
  readonly health: NodeHealth;
  /** When it was last heard of: what is said of it is as of then. */
  readonly seenAt: number;
  readonly version: string;
  readonly startedAt: number;
  readonly places: number;
  readonly busy: number;
  /** Claimed runs that wait for a place on this node. */
  readonly buffered: number;
  /** Claims are being held back to keep the API quick. */
  readonly throttled: boolean;
  readonly eventLoopDelayMs: number;
  readonly types: readonly string[];
}

/** Over the last minute. */
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
  /** Its begin (ms). */
  readonly minute: number;
  readonly started: number;
  /** Slots that this node made no run of. */
  readonly skipped: number;
  /** From due to started; undefined when nothing started. */
  readonly latenessP99Ms: number | undefined;
}

/** How often values fell between fixed bounds, since the start of the process. */
export interface HistogramCounts {
  /** Upper bounds, rising; a value that is equal to one is below it. */
  readonly boundsMs: readonly number[];
  /** How many lie below each bound, and not below the one before; at the end those above all. */
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

/** What one node does and did, as it knows by itself. */
export interface NodeActivity {
  /**
   * How claims ended on this node since its start: attempts, and those that were cancelled before they
   * started.
   */
  readonly sinceStart: Readonly<Record<Ending, number>>;
  readonly lastMinute: LastMinute;
  /** The last 60 minutes of the clock, the newest first: that one still goes on. */
  readonly minutes: readonly MinuteCounts[];
  /** Of each type that it has. */
  readonly types: readonly TypeCounts[];
  /** Slots that it made no run of, since its start; those missed together count as one. */
  readonly skipped: Readonly<Record<SkipReason, number>>;
  /** Claims that have ended and are not known to be written. */
  readonly settling: number;
  /** For how long it has failed to write and claim runs (ms); 0 while that works, and for the first 5 s. */
  readonly failingMs: number;
  /** Who listens to events here: open event streams, and code. */
  readonly listeners: number;
  /** The node as it is now. */
  readonly node: NodeStats;
  /** How its lease stands. */
  readonly lease: LeaseKept;
}

export interface EngineStats extends StoreStats, NodeActivity {
  readonly now: number;
  /** Jobs by health, at most some 15 seconds old; older where there are so many that counting takes long. */
  readonly health: HealthCounts;
  /** All that live; the one that is asked comes first, as it is now. */
  readonly nodes: readonly NodeStats[];
}
