import type { BulkCommandQuery, StoredBulkCommand } from '../../core/bulk/store-bulk.ts';
import { BULK_COLUMNS, bulkCommandIn, storedBulkOf } from '../rows/bulk-row.ts';
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

    *listBulkCommands({ scope, limit }: BulkCommandQuery): Read<readonly StoredBulkCommand[]> {
      const { params, bind } = parameters(sql);
      const where = allOf(scope === undefined ? [] : [`scope = ${bind(scope)}`]);
      const rows = yield* arrays(`${from} ${where} ORDER BY id DESC LIMIT ${bind(limit)}`, params);
      return rows.map(storedBulkOf);
    },
  };
}
