import type { StoredCheckpoint } from '../../store/checkpoint-store.ts';

/** The operations on the saved states of runs (P30, resume). */
export interface CheckpointTables {
  /** Replaces the saved state of a run, unless its claim is stale. False: stale. */
  saveCheckpoint(row: StoredCheckpoint): boolean;
  removeCheckpoints(runIds: readonly (string | number)[]): void;
}
