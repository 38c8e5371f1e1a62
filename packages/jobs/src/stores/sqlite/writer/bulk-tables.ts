import type { BulkTables } from '../../../core/transactions/bulk/bulk-tables.ts';
import { BULK_COLUMNS, bulkCommandIn, bulkParams, REPLACE_BULK } from '../../rows/bulk-row.ts';
import type { Writer } from './writer.ts';

/** The operations of transactions on bulk commands. */
export function bulkTables({ db }: Writer): BulkTables {
  return {
    lockBulkCommand: (id) => bulkCommandIn(db.arrays(FIND).all(id)),
    writeBulkCommand: (command) => db.write(WRITE, ...bulkParams(command)),
    removeBulkCommands: (kept) => db.write(REMOVE, kept),
  };
}

const FIND = `SELECT ${BULK_COLUMNS} FROM bulk_commands WHERE id = ?`;
const WRITE = `INSERT INTO bulk_commands (${BULK_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET ${REPLACE_BULK}`;
const REMOVE = `DELETE FROM bulk_commands
  WHERE id <= (SELECT id FROM bulk_commands ORDER BY id DESC LIMIT 1 OFFSET ?)`;
