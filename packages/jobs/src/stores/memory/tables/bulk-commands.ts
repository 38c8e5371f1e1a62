import type { BulkReads } from '../../../core/bulk/store-bulk.ts';
import type { BulkTables } from '../../../core/transactions/bulk/bulk-tables.ts';
import type { MemoryDatabase } from '../memory-database.ts';

/** The operations of transactions on bulk commands. */
export function bulkTables({ bulkCommands }: MemoryDatabase): BulkTables {
  return {
    lockBulkCommand: (id) => bulkCommands.get(id),
    writeBulkCommand: (command) => void bulkCommands.set(Number(command.id), command),
    removeBulkCommands(kept) {
      for (const id of [...bulkCommands.keys()].sort((a, b) => b - a).slice(kept)) bulkCommands.delete(id);
    },
  };
}

/** The reads about bulk commands. */
export function bulkReads(
  { bulkCommands }: MemoryDatabase,
  read: <T>(work: () => T) => Promise<T>,
): BulkReads {
  return {
    getBulkCommand: (id) => read(() => bulkCommands.get(Number(id))),
    listBulkCommands: ({ scope, statuses, limit }) =>
      read(() =>
        [...bulkCommands.values()]
          .filter((one) => scope === undefined || one.scope === scope)
          .filter(({ record }) => statuses === undefined || statuses.includes(record.status))
          .sort((a, b) => Number(b.id) - Number(a.id))
          .slice(0, limit),
      ),
  };
}
