/** What arrived. */
export interface Seen {
  /** Distinct runs, by their `Idempotency-Key`. */
  readonly runs: number;
  readonly requests: number;
  readonly failures: number;
  /** Alerts in messages that were answered. */
  readonly alerts: number;
  /** Messages that are open without an answer. */
  readonly hanging: number;
}
