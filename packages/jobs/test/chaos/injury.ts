/** What was done to the cluster. It excuses what it lists, and nothing else. Times in ms. */
export interface Injury {
  readonly beganAt: number;
  /** When the fault ended. */
  readonly healedAt: number;
  /** Processes that may be declared dead; to declare any other process dead is a violation. */
  readonly mayBeDead?: readonly string[];
  /** Interrupted processes and the time. The checks measure how soon their runs start elsewhere. */
  readonly interrupted?: readonly { readonly life: string; readonly at: number }[];
  readonly unaware?: readonly Unaware[];
  /** Further observations for the report. */
  readonly notes?: readonly string[];
}

/**
 * During this time, a handler of this process may run beside a newer claim of its run or a later run of its
 * job, because it cannot know yet that its claim is lost.
 */
export interface Unaware {
  readonly life: string;
  readonly from: number;
  readonly until: number;
}

/**
 * A frozen or cut-off node checks its lease twice a second and learns of its loss from a rejected heartbeat.
 * Its handlers end within this time after it returns or its lease ends.
 */
export const NOTICE_MS = 2_000;
