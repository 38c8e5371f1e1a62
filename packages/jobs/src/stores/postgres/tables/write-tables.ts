import pg from 'pg';
import type { StoreContents, TableRow, TableRows } from '../../../core/store/table-rows.ts';
import { queriesOn } from '../connection/queries.ts';
import { migrateWithin } from '../migrate.ts';

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
    replaced += await writeRows({ client, name, rows: rows(), wrote });
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

export interface ContentsToWrite {
  /** In a transaction of the caller's, which makes all of it durable or nothing. */
  readonly client: pg.ClientBase;
  readonly contents: StoreContents;
  /** Told of rows as they are written. */
  readonly wrote: (rows: number) => void;
}

/**
 * Makes the store's schema, unless it is there, and writes into it all that another store keeps, ids, fences
 * and instants as they are. Throws a {@link WriteTablesError} when a job or a living node is there already,
 * or when not all has arrived; see {@link writeTables}, whose number it returns.
 */
export async function writePostgresContents(input: ContentsToWrite): Promise<number> {
  const { client, contents, wrote } = input;
  await migrateWithin(queriesOn(client));
  const { rows } = await client.query('SELECT FROM greenvue_jobs.nodes LIMIT 1');
  if (rows.length > 0) {
    throw new WriteTablesError('A node works on this database already: only an empty one can be moved into.');
  }
  const replaced = await writeTables({ client, schema: 'greenvue_jobs', tables: contents.tables, wrote });
  // The schema's own triggers have filled this one: how what is due is found is planned by its size, too.
  await client.query('ANALYZE greenvue_jobs.job_wakes');
  if (contents.lastId > 0) await client.query("SELECT setval('greenvue_jobs.ids', $1)", [contents.lastId]);
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

/** Returns in how many texts U+0000 was replaced. */
async function writeRows({ client, name, rows, wrote }: RowsToWrite): Promise<number> {
  // One JSON text a batch: both sides are quick at it, and the server itself knows the types of the columns.
  const insert = `INSERT INTO ${name} OVERRIDING SYSTEM VALUE
    SELECT * FROM json_populate_recordset(NULL::${name}, $1::json)`;
  let replaced = 0;
  const storable = (_: string, value: unknown) => {
    if (typeof value !== 'string' || !value.includes('\0')) return value;
    replaced += 1;
    return value.replaceAll('\0', '\uFFFD');
  };
  for (const texts of batchesOf(rows, storable)) {
    try {
      await client.query(insert, [`[${texts.join()}]`]);
    } catch (error) {
      if (!(error instanceof pg.DatabaseError)) throw error;
      throw new WriteTablesError(`${name} does not take a row: ${error.message}.`, { cause: error });
    }
    wrote(texts.length);
  }
  return replaced;
}

/** Rows as JSON; `storable` makes values storable where one is not. */
function* batchesOf(
  rows: Iterable<TableRow>,
  storable: (key: string, value: unknown) => unknown,
): Generator<readonly string[]> {
  let texts: string[] = [];
  let length = 0;
  for (const row of rows) {
    let text = JSON.stringify(row);
    if (text.includes('\\u0000')) text = JSON.stringify(row, storable);
    texts.push(text);
    length += text.length;
    if (length < BATCH_LENGTH && texts.length < BATCH_ROWS) continue;
    yield texts;
    texts = [];
    length = 0;
  }
  if (texts.length > 0) yield texts;
}
