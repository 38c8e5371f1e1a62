import type { CheckpointStore } from '../../../core/store/checkpoint-store.ts';
import { saveCheckpoint } from '../../../core/transactions/checkpoints/checkpoints.ts';
import { CHECKPOINTS } from '../checkpoint-statements.ts';
import { runRead } from '../postgres-reads.ts';
import { runIn } from '../tables/tables.ts';
import type { Parts } from './writes.ts';

/** The saved states of runs. Their transactions run beside the passes, and a stop waits for them. */
export function createCheckpoints({ db, writes }: Parts): CheckpointStore {
  return {
    saveCheckpoint: (input) => writes.besideBriefly((u) => runIn(u, saveCheckpoint(u, input))),
    // A bounded wait: runs wait for this read, and a stop waits for the runs.
    readCheckpoint: (runId) =>
      writes.tracked(() => db.boundedTransaction((q) => runRead(q, CHECKPOINTS.readCheckpoint(runId)))),
  };
}
