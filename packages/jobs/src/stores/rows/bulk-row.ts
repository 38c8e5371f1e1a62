import type { BulkRecord } from '../../core/bulk/bulk-command.ts';
import type { StoredBulkCommand } from '../../core/bulk/store-bulk.ts';
import { rowOf } from './first-column.ts';
import { storedJson } from './stored-json.ts';

/** The columns of `bulk_commands`, in the order of {@link bulkParams}. */
export const BULK_COLUMNS = 'id, node, scope, cancel_at, cancel_by, record';

/** Sets those that change to the values that the statement would insert. */
export const REPLACE_BULK = ['node', 'cancel_at', 'cancel_by', 'record']
  .map((column) => `${column} = excluded.${column}`)
  .join(', ');

type Row = [
  id: number,
  node: string,
  scope: string | null,
  cancelAt: number | null,
  cancelBy: string | null,
  record: string,
];

export function bulkParams({ id, node, scope, cancel, record }: StoredBulkCommand): Row {
  return [Number(id), node, scope ?? null, cancel?.at ?? null, cancel?.by ?? null, JSON.stringify(record)];
}

/** A text that only records with this status contain: quotes in the texts of a record are escaped. */
export function statusInRecord(status: BulkRecord['status']): string {
  return `"status":${JSON.stringify(status)}`;
}

/** Reads the first row, as an array of the columns. Undefined if there is none. */
export function bulkCommandIn([raw]: readonly unknown[]): StoredBulkCommand | undefined {
  return raw === undefined ? undefined : storedBulkOf(raw);
}

export function storedBulkOf(raw: unknown): StoredBulkCommand {
  const [id, node, scope, at, by, record] = rowOf<Row>(raw);
  const stored = {
    id: String(id),
    node,
    record: storedJson('record of bulk_commands', record) as BulkRecord,
  };
  return {
    ...stored,
    ...(scope === null ? {} : { scope }),
    ...(at === null ? {} : { cancel: by === null ? { at } : { at, by } }),
  };
}
