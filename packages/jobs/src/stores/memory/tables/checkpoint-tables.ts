import type { CheckpointTables } from '../../../core/transactions/checkpoints/checkpoint-tables.ts';
import type { MemoryUnit } from '../memory-database.ts';

export function checkpointTables({ db }: MemoryUnit): CheckpointTables {
  return {
    saveCheckpoint(row) {
      if (db.findLive(row.runId)?.claim?.fence !== row.fence) return false;
      const known = db.checkpoints.get(Number(row.runId));
      const isNewer = known === undefined || known.fence < row.fence || known.seq < row.seq;
      if (isNewer) db.checkpoints.set(Number(row.runId), row);
      return true;
    },
    removeCheckpoints(runIds) {
      for (const id of runIds) db.checkpoints.delete(Number(id));
    },
  };
}
