/** The saved state of a run, as one claim writes it (P30, resume). */
export interface CheckpointInput {
  readonly runId: string;
  readonly fence: number;
  /** Rises with each save of the claim: a late save replaces no newer one. */
  readonly seq: number;
  /** Names the payload and the type version that it is for. */
  readonly input: string;
  /** A `SavedState` as text, or the sealed text. */
  readonly content: string;
}

export interface StoredCheckpoint extends CheckpointInput {
  readonly savedAt: number;
}

export interface CheckpointStore {
  /** Replaces the saved state of a run. False: the claim is stale, and nothing was written (P10, fence). */
  saveCheckpoint(input: CheckpointInput): Promise<boolean>;
  /** Sees what was saved before this call, by any node. */
  readCheckpoint(runId: string): Promise<StoredCheckpoint | undefined>;
}
