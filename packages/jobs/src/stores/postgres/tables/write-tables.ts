import type pg from 'pg';
import type { StoreContents, TableRow, TableRows } from '../../../core/store/table-rows.ts';
import { driver } from '../connection/driver.ts';
import { queriesOn } from '../connection/queries.ts';
import { migrateWithin } from '../migrate.ts';
import { setLevels } from './set-levels.ts';

export interface TablesToWrite {
  /** A client with an open transaction. */
  readonly client: pg.ClientBase;
  /** The names of the schema and the tables must not need quotes. */
  readonly schema: string;
  readonly tables: readonly TableRows[];
  /** Called after each batch, with the number of its rows. */
  readonly wrote: (rows: number) => void;
}

/** The tables cannot be written, for the reason in the message. Roll the transaction back. */
export class WriteTablesError extends Error {
  override readonly name = 'WriteTablesError';
}

/** The size of the JSON, and the number of rows, at which a batch is sent. */
const BATCH_LENGTH = 1_000_000;
const BATCH_ROWS = 2_000;

/**
 * Copies rows into empty tables, locks them until the transaction ends, and checks that all rows arrived.
 * Replaces U+0000, which PostgreSQL refuses, by U+FFFD, and returns in how many texts. Throws a
 * {@link WriteTablesError} if a table has rows, refuses one, or ends with another number.
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
    if (identity !== undefined && identity.last !== 0) {
      await client.query('SELECT setval(pg_get_serial_sequence($1, $2), $3)', [
        name,
        identity.column,
        identity.last,
      ]);
    }
    // Otherwise the first queries would use plans for an empty table.
    await client.query(`ANALYZE ${name}`);
  }
  return replaced;
}

export interface ContentsToWrite {
  /** A client with an open transaction of the caller, who commits it. */
  readonly client: pg.ClientBase;
  readonly contents: StoreContents;
  /** Called after each batch, with the number of its rows. */
  readonly wrote: (rows: number) => void;
}

/**
 * Creates the schema if it does not exist, and copies the whole contents of another store into it, with the
 * same ids, fences and instants. Throws a {@link WriteTablesError} if the schema has jobs or a live node. See
 * {@link writeTables}.
 */
export async function writePostgresContents(input: ContentsToWrite): Promise<number> {
  const { client, contents, wrote } = input;
  await migrateWithin(queriesOn(client));
  const { rows } = await client.query('SELECT FROM greenvue_jobs.nodes LIMIT 1');
  if (rows.length > 0) {
    throw new WriteTablesError('A node works on this database already: only an empty one can be moved into.');
  }
  const replaced = await writeTables({ client, schema: 'greenvue_jobs', tables: contents.tables, wrote });
  await setLevels(queriesOn(client));
  // Triggers of the schema have filled the first table, and levels the other. Queries for due jobs need their
  // statistics, too.
  await client.query('ANALYZE greenvue_jobs.job_wakes, greenvue_jobs.job_types');
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
  /** The table with its schema. */
  readonly name: string;
  readonly rows: Iterable<TableRow>;
  readonly wrote: (rows: number) => void;
}

/** Returns in how many texts it replaced U+0000. */
async function writeRows({ client, name, rows, wrote }: RowsToWrite): Promise<number> {
  // One JSON text for each batch: fast on both sides, and the server derives the column types.
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
      if (!(error instanceof driver.DatabaseError)) throw error;
      throw new WriteTablesError(`${name} does not take a row: ${error.message}.`, { cause: error });
    }
    wrote(texts.length);
  }
  return replaced;
}

/** Yields rows as JSON, in batches. `storable` replaces values that PostgreSQL refuses. */
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
