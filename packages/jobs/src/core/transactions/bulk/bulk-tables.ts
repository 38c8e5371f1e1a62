import type { StoredBulkCommand } from '../../bulk/store-bulk.ts';

/** The operations on bulk commands (P36, tags and bulk). */
export interface BulkTables {
  /** Locks a bulk command, if there is one. */
  lockBulkCommand(id: number): StoredBulkCommand | undefined;
  /** Adds a bulk command, or replaces the one with its id. */
  writeBulkCommand(command: StoredBulkCommand): void;
  /** Removes all but the newest `kept` bulk commands. */
  removeBulkCommands(kept: number): void;
}
