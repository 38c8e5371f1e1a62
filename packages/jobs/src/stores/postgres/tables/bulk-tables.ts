import type { BulkTables } from '../../../core/transactions/bulk/bulk-tables.ts';
import type { AsyncTables } from '../../../core/transactions/script.ts';
import { BULK_COLUMNS, bulkCommandIn, bulkParams, REPLACE_BULK } from '../../rows/bulk-row.ts';
import type { Unit } from './unit.ts';

/** The operations of transactions on bulk commands. */
export function bulkTables({ q }: Unit): Pick<AsyncTables, keyof BulkTables> {
  return {
    lockBulkCommand: async (id) => bulkCommandIn(await q.arrays(LOCK, [id])),
    writeBulkCommand: (command) => q.write(WRITE, bulkParams(command)),
    removeBulkCommands: (kept) => q.write(REMOVE, [kept]),
  };
}

const LOCK = `SELECT ${BULK_COLUMNS} FROM greenvue_jobs.bulk_commands WHERE id = $1 FOR UPDATE`;
const WRITE = `INSERT INTO greenvue_jobs.bulk_commands (${BULK_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6)
  ON CONFLICT (id) DO UPDATE SET ${REPLACE_BULK}`;
const REMOVE = `DELETE FROM greenvue_jobs.bulk_commands
  WHERE id <= (SELECT id FROM greenvue_jobs.bulk_commands ORDER BY id DESC LIMIT 1 OFFSET $1)`;
