/** The pause of all jobs, for maintenance. Each job keeps its own pause beside it (P36, tags and bulk). */
export interface PauseOfAll {
  readonly at: number;
  readonly reason?: string;
  readonly by?: string;
  /** When it ends by itself. */
  readonly until?: number;
  /** When it was ended before `until`. */
  readonly endedAt?: number;
}
