import type { FinishedStatus, LiveStatus } from '../model/run.ts';

/** The most slots between the two times of one backfill. */
export const MOST_BACKFILL_SLOTS = 10_000;
/** How many slots a dry run lists. */
export const BACKFILL_SLOTS_SHOWN = 20;

/** A request to run past slots of a job (P37, backfill). Instants are ms since 1970. */
export interface Backfill {
  readonly id: string;
  readonly jobId: string;
  readonly from: number;
  /** Slots before it are meant; not the one at it. */
  readonly to: number;
  /** False: slots with a succeeded run, too. */
  readonly onlyMissing: boolean;
  /** How many slots it runs. */
  readonly slots: number;
  readonly createdAt: number;
  readonly createdBy?: string;
  readonly cancelledAt?: number;
}

/** A backfill and how far it is. */
export interface BackfillView extends Backfill {
  /** Slots that have no run yet. A cancelled backfill has none. */
  readonly toCome: number;
  /** Its runs by status; pruned ones as they ended. */
  readonly runs: Readonly<Record<LiveStatus | Exclude<FinishedStatus, 'skipped'>, number>>;
  /** `running` until no slot is left to run, and no run of it is live. */
  readonly status: 'running' | 'paused' | 'finished' | 'cancelled';
}
