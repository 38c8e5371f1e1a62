import type { CheckpointTables } from '../../../core/transactions/checkpoints/checkpoint-tables.ts';
import type { AsyncTables } from '../../../core/transactions/script.ts';
import { CHECKPOINTS } from '../checkpoint-statements.ts';
import { runRead } from '../postgres-reads.ts';
import type { Unit } from './unit.ts';

/** The operations on saved states, which both databases share. */
export function checkpointTables(u: Unit): Pick<AsyncTables, keyof CheckpointTables> {
  return {
    saveCheckpoint: (row) => runRead(u.q, CHECKPOINTS.saveCheckpoint(row)),
    removeCheckpoints: (runIds) => runRead(u.q, CHECKPOINTS.removeCheckpoints(runIds)),
  };
}
