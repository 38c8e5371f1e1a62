import type { BackfillSlots, KnownSlots } from '../../backfills/backfill-slots.ts';
import type { SlotState } from '../../commands/slot-of-retry.ts';

/** The operations on backfills (P37, backfill). */
export interface BackfillTables {
  /** What is known of slots in a window of a locked job: from its runs and its backfills. */
  knownSlots(
    uid: number,
    window: { readonly from: number; readonly to: number },
  ): KnownSlots & { readonly historyFrom?: number };
  /** Reads the state of one slot of a locked job. `after`: also looks for a succeeded run after this run. */
  slotState(uid: number, slot: number, newer: { readonly after: string | undefined }): SlotState;
  insertBackfill(made: BackfillToInsert): void;
  /** The first slots of a locked job that its backfills still have to run. */
  backfillSlots(uid: number, limit: number): BackfillSlots;
  /** Notes that these slots got their runs in this transaction. */
  takeBackfillSlots(uid: number, slots: readonly number[]): void;
  /** The id of the job that a backfill is of, if there is such a backfill. */
  jobOfBackfill(id: number): string | undefined;
  /** Marks a backfill as cancelled, removes its slots without a run, and returns how many. */
  dropBackfillSlots(id: number, uid: number): number;
  /** The slots of a backfill whose runs are live. */
  liveSlotsOfBackfill(id: number, uid: number): readonly number[];
}

export interface BackfillToInsert {
  readonly id: number;
  readonly uid: number;
  readonly from: number;
  readonly to: number;
  readonly onlyMissing: boolean;
  readonly slots: readonly number[];
  readonly by: string | undefined;
}
