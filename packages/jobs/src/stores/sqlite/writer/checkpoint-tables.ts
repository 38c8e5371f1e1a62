import type { CheckpointTables } from '../../../core/transactions/checkpoints/checkpoint-tables.ts';
import { CHECKPOINTS } from '../checkpoint-statements.ts';
import { runRead } from '../sqlite-reads.ts';
import type { Writer } from './writer.ts';

/** The operations on saved states, which both databases share. */
export function checkpointTables(w: Writer): CheckpointTables {
  return {
    saveCheckpoint: (row) => runRead(w.db, CHECKPOINTS.saveCheckpoint(row)),
    removeCheckpoints: (runIds) => runRead(w.db, CHECKPOINTS.removeCheckpoints(runIds)),
  };
}
