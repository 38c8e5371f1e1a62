import type { BackfillView } from '../../core/backfills/backfill.ts';
import type { CommandOptions } from '../../core/model/job-requests.ts';
import type { BackfillPlan, BackfillQuery } from '../../core/store/store-backfills.ts';
import type { TimeInput } from '../../core/time/time-input.ts';

/** Which past slots of a job to run. Times are RFC 3339, a Date, or ms since 1970. */
export interface BackfillInput {
  /** The first slot is at or after this time. */
  readonly from: TimeInput | number;
  /** The last slot is before this time. Default: now. */
  readonly to?: TimeInput | number | undefined;
  /** Default true: leaves out slots with a kept run that succeeded. */
  readonly onlyMissing?: boolean | undefined;
  /** Default false. True: changes nothing. */
  readonly dryRun?: boolean | undefined;
}

/** What a backfill does, or would do. Instants are ms since 1970. */
export interface BackfillOutcome extends Omit<BackfillPlan, 'toRun'> {
  /** Absent if none was started: a dry run, or no slot to run. */
  readonly id?: string;
  readonly jobId: string;
  readonly from: number;
  readonly to: number;
  readonly onlyMissing: boolean;
  /** How many slots get a run. */
  readonly slots: number;
  /** The first 20 of them. */
  readonly first: readonly number[];
  /** Left out: slots that the calendar of the job skips (P33, calendars and ends). */
  readonly blackout: number;
}

/** Which backfills `listBackfills` returns. */
export interface BackfillListQuery extends Omit<BackfillQuery, 'limit'> {
  /** At most 10,000. Default: 50. */
  readonly limit?: number | undefined;
}

/** The methods about backfills (P37, backfill). */
export interface BackfillsApi {
  /**
   * P37, backfill: makes a run for each past slot of a window that has none that succeeded, oldest first, as
   * `overlap` allows. Rejects with `conflict` while the job is paused, and with `invalid` for more than
   * 10,000 slots.
   */
  backfillJob(jobId: string, input: BackfillInput, options?: CommandOptions): Promise<BackfillOutcome>;
  getBackfill(backfillId: string): Promise<BackfillView>;
  /** Newest first. */
  listBackfills(query?: BackfillListQuery): Promise<readonly BackfillView[]>;
  /** Drops the slots without a run and cancels waiting runs; with `cancelLive`, running ones, too. */
  cancelBackfill(
    backfillId: string,
    input?: { readonly cancelLive?: boolean | undefined },
    options?: CommandOptions,
  ): Promise<BackfillView>;
}
