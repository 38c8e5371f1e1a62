import type { BackfillView } from '../backfills/backfill.ts';
import type { CancelRequest } from '../commands/cancel.ts';
import type { Refusal } from '../commands/refusal.ts';
import type { JobsRead } from '../filters/jobs-read.ts';
import type { FinishedRun } from '../model/run.ts';
import type { AuditEntry } from './store-commands.ts';

/** The window of a backfill, and the slots of the job's schedule in it, in order. */
export interface BackfillInput {
  readonly jobId: string;
  /** The slots are those of this generation and version of the job. Otherwise the answer is `stale`. */
  readonly ifUid: string;
  readonly ifVersion: number;
  readonly from: number;
  readonly to: number;
  readonly slots: readonly number[];
  readonly onlyMissing: boolean;
  /** Changes nothing. */
  readonly dryRun: boolean;
  readonly by?: string | undefined;
  readonly audit: AuditEntry;
}

/** What a backfill does with the slots of its window. */
export interface BackfillPlan {
  /** The slots that get a run, oldest first. */
  readonly toRun: readonly number[];
  /** Left out: slots with a kept run that succeeded, with a live run, and of another backfill. */
  readonly succeeded: number;
  readonly live: number;
  readonly toCome: number;
  /** The slot of the oldest kept run of the job: older slots may have run, too. */
  readonly historyFrom?: number;
}

export type BackfillResult =
  /** Without `id` in a dry run, and if no slot is to run. */
  | { readonly kind: 'planned'; readonly plan: BackfillPlan; readonly id?: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'stale'; readonly version: number }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

export interface CancelBackfillInput {
  readonly id: string;
  /** Refuse with `stale` unless its job still has this version. */
  readonly ifVersion?: number | undefined;
  /** Also asks its running runs to stop. */
  readonly cancelLive: boolean;
  readonly by?: string | undefined;
  readonly audit: AuditEntry;
}

export type CancelBackfillResult =
  | {
      readonly kind: 'done';
      readonly jobId: string;
      readonly finished: readonly FinishedRun[];
      readonly cancelRequests: readonly CancelRequest[];
    }
  /** Nothing of it is left to cancel. */
  | { readonly kind: 'over' }
  | { readonly kind: 'stale' }
  | { readonly kind: 'absent' };

export interface BackfillQuery extends JobsRead {
  /** Only this one. */
  readonly id?: string | undefined;
  /** Of this id, whichever generation. */
  readonly jobId?: string | undefined;
  readonly limit: number;
}

/** The writes of backfills (P37, backfill). */
export interface StoreBackfills {
  /**
   * Starts a backfill, or says what it would do. Its slots are kept until the planner has made their runs.
   */
  backfill(input: BackfillInput): Promise<BackfillResult>;
  /** Drops the slots that have no run yet, and cancels its waiting runs. */
  cancelBackfill(input: CancelBackfillInput): Promise<CancelBackfillResult>;
}

/** What people look at. */
export interface BackfillReads {
  getBackfill(id: string): Promise<BackfillView | undefined>;
  /** Newest first. */
  listBackfills(query: BackfillQuery): Promise<readonly BackfillView[]>;
}
