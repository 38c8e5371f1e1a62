/** Why, since when and until when a job is paused. */
export interface Pause {
  readonly at: number;
  readonly reason?: string;
  readonly by?: string;
  readonly until?: number;
}
