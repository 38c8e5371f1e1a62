import type { BulkCommandQuery, StoredBulkCommand } from '../../core/bulk/store-bulk.ts';
import { BULK_COLUMNS, bulkCommandIn, statusInRecord, storedBulkOf } from '../rows/bulk-row.ts';
import { allOf, bindable, type Dialect, parameters } from './dialect.ts';
import { arrays, type Read } from './read.ts';

/** The reads about bulk commands (P36, tags and bulk). */
export function createBulkReads(sql: Dialect) {
  const { schema, mark } = sql;
  const from = `SELECT ${BULK_COLUMNS} FROM ${schema}bulk_commands`;
  return {
    *getBulkCommand(id: string): Read<StoredBulkCommand | undefined> {
      return bulkCommandIn(yield* arrays(`${from} WHERE id = ${mark}1`, [bindable(Number(id))]));
    },

    *listBulkCommands({ scope, statuses, limit }: BulkCommandQuery): Read<readonly StoredBulkCommand[]> {
      const { params, bind } = parameters(sql);
      const where = [];
      if (scope !== undefined) where.push(`scope = ${bind(scope)}`);
      if (statuses !== undefined) {
        const hasStatus = (part: string) => sql.containsExactly('record', bind(part));
        where.push(`(${statuses.map(statusInRecord).map(hasStatus).join(' OR ')})`);
      }
      const rows = yield* arrays(`${from} ${allOf(where)} ORDER BY id DESC LIMIT ${bind(limit)}`, params);
      return rows.map(storedBulkOf);
    },
  };
}
