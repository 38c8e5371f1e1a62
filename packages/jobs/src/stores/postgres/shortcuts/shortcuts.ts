/**
 * Faster ways to do the work of transactions, with the same result. Each can be turned off. The store
 * contract runs once with all of them on, and once with all off. Decision records state the gain of each.
 */
export interface Shortcuts {
  /**
   * A repeated trigger reads its job, makes its run and claims it in one statement: pick-up p50 2.2 → 1.8 ms
   * (`trigger-in-one-statement.ts`; decision 22).
   */
  readonly triggerInOneStatement: boolean;
  /**
   * A command makes its run as claimed, without a separate claim: one transaction instead of two for each
   * trigger (`make-claimed.ts`; decisions 18 and 22).
   */
  readonly makeClaimed: boolean;
  /**
   * A plan makes its runs as claimed: p50 of 100,000 recurring jobs 1.9 → 0.09 s (`due-look.ts`; decision
   * 26).
   */
  readonly claimPlanned: boolean;
  /**
   * Succeeded runs move to history in one statement: 16,000 → 21,000 runs/s (`move-succeeded.ts`; decision
   * 13).
   */
  readonly moveSucceeded: boolean;
  /**
   * A large batch of settlements is written in parallel with the claims that were requested with it: drains
   * 21,649 → 42,477 runs/s (`settle-apart.ts`; decision 14).
   */
  readonly settleApart: boolean;
  /**
   * Looks for due jobs and runs skip dead rows that an open snapshot keeps. Such a snapshot then doubles the
   * CPU of a run, instead of multiplying it by 5 (`due-index-floor.ts`; decision 19).
   */
  readonly dueIndexFloor: boolean;
  /**
   * Pauses and resumes that are requested at the same time share a transaction, as a bulk command makes them
   * (`commands-together.ts`).
   */
  readonly commandsTogether: boolean;
}

export const ALL_SHORTCUTS: Shortcuts = {
  triggerInOneStatement: true,
  makeClaimed: true,
  claimPlanned: true,
  moveSucceeded: true,
  settleApart: true,
  dueIndexFloor: true,
  commandsTogether: true,
};
