import pg from 'pg';
import type { TableRow, TableRows } from '../../../core/store/table-rows.ts';

export interface TablesToWrite {
  /** In a transaction. */
  readonly client: pg.ClientBase;
  /** Names of schemas and tables that need no quotes. */
  readonly schema: string;
  readonly tables: readonly TableRows[];
  /** Told of rows as they are written. */
  readonly wrote: (rows: number) => void;
}

/**
 * Why tables can't be written, in one line for the one who wants it; the transaction is to be rolled back.
 */
export class WriteTablesError extends Error {
  override readonly name = 'WriteTablesError';
}

/** A batch is sent once its JSON is so long, or has so many rows. */
const BATCH_LENGTH = 1_000_000;
const BATCH_ROWS = 2_000;

/**
 * Copies rows into the tables of a schema, which must be empty and stay locked until the transaction ends,
 * and sees to it that all have arrived. Throws a {@link WriteTablesError} when a table has rows, does not
 * take one, or ends up with another number of them. A character U+0000, which PostgreSQL does not take,
 * becomes U+FFFD; returns in how many texts.
 */
export async function writeTables({ client, schema, tables, wrote }: TablesToWrite): Promise<number> {
  const named = tables.map((rows) => ({ ...rows, name: `${schema}.${rows.table}` }));
  for (const { name } of named) await lockEmpty(client, name);
  let replaced = 0;
  for (const { name, rows, count, identity } of named) {
    const written = await writeRows({ client, name, rows: rows(), wrote });
    replaced += written.replaced;
    const there = await countRows(client, name);
    if (there !== count) {
      throw new WriteTablesError(`${name} has ${there} rows after ${count} were copied.`);
    }
    if (identity !== undefined && identity.last > 0) {
      await client.query('SELECT setval(pg_get_serial_sequence($1, $2), $3)', [
        name,
        identity.column,
        identity.last,
      ]);
    }
    // Or the first queries would be planned as for an empty table.
    await client.query(`ANALYZE ${name}`);
  }
  return replaced;
}

async function lockEmpty(client: pg.ClientBase, name: string): Promise<void> {
  await client.query(`LOCK TABLE ${name} IN EXCLUSIVE MODE`);
  const { rows } = await client.query(`SELECT FROM ${name} LIMIT 1`);
  if (rows.length > 0) {
    throw new WriteTablesError(`${name} has rows already: only an empty database can be moved into.`);
  }
}

async function countRows(client: pg.ClientBase, name: string): Promise<number> {
  const { rows } = await client.query<[string]>({ text: `SELECT count(*) FROM ${name}`, rowMode: 'array' });
  return Number(rows[0]?.[0]);
}

interface RowsToWrite {
  readonly client: pg.ClientBase;
  /** Of the table, with its schema. */
  readonly name: string;
  readonly rows: Iterable<TableRow>;
  readonly wrote: (rows: number) => void;
}

async function writeRows({ client, name, rows, wrote }: RowsToWrite): Promise<{ readonly replaced: number }> {
  // One JSON text a batch: both sides are quick at it, and the server itself knows the types of the columns.
  const insert = `INSERT INTO ${name} OVERRIDING SYSTEM VALUE
    SELECT * FROM json_populate_recordset(NULL::${name}, $1::json)`;
  let replaced = 0;
  for (const batch of batchesOf(rows)) {
    try {
      await client.query(insert, [`[${batch.texts.join()}]`]);
    } catch (error) {
      if (!(error instanceof pg.DatabaseError)) throw error;
      throw new WriteTablesError(`${name} does not take a row: ${error.message}.`, { cause: error });
    }
    replaced += batch.replaced;
    wrote(batch.texts.length);
  }
  return { replaced };
}

interface Batch {
  /** Rows as JSON. */
  texts: string[];
  length: number;
  replaced: number;
}

function* batchesOf(rows: Iterable<TableRow>): Generator<Batch> {
  let batch: Batch = { texts: [], length: 0, replaced: 0 };
  for (const row of rows) {
    let text = JSON.stringify(row);
    if (text.includes('\\u0000')) {
      const storable = withoutZeros(row);
      text = JSON.stringify(storable.row);
      batch.replaced += storable.replaced;
    }
    batch.texts.push(text);
    batch.length += text.length;
    if (batch.length < BATCH_LENGTH && batch.texts.length < BATCH_ROWS) continue;
    yield batch;
    batch = { texts: [], length: 0, replaced: 0 };
  }
  if (batch.texts.length > 0) yield batch;
}

function withoutZeros(row: TableRow): { readonly row: TableRow; readonly replaced: number } {
  let replaced = 0;
  const entries = Object.entries(row).map(([column, value]) => {
    if (typeof value !== 'string' || !value.includes('\0')) return [column, value] as const;
    replaced += 1;
    return [column, value.replaceAll('\0', '\uFFFD')] as const;
  });
  return { row: Object.fromEntries(entries), replaced };
}
