/**
 * What was done to the cluster: what the checks have to know about it, and nothing else is excused. Times in
 * ms.
 */
export interface Injury {
  readonly beganAt: number;
  /** From here on nothing stands in the way any more. */
  readonly healedAt: number;
  /** Lives that the others may take, or took, for dead; whatever else is taken for dead is a violation. */
  readonly mayBeDead?: readonly string[];
  /** Lives that were interrupted, and when: how soon their runs start elsewhere is measured. */
  readonly interrupted?: readonly { readonly life: string; readonly at: number }[];
  readonly unaware?: readonly Unaware[];
  /** What was seen besides, for the report. */
  readonly notes?: readonly string[];
}

/**
 * A handler of this life may still run, within this time, beside a newer claim of its run or a later run of
 * its job: it can't know yet that its claim is lost.
 */
export interface Unaware {
  readonly life: string;
  readonly from: number;
  readonly until: number;
}

/**
 * A node that was frozen or cut off checks its lease twice a second, and learns its loss from a rejected
 * heartbeat. Within this time after its return, or after its lease ended, its handlers have their signal and
 * have ended.
 */
export const NOTICE_MS = 2_000;
