import type pg from 'pg';

/** A value for a parameter. An array is for a parameter of an array type. */
export type Param = string | number | boolean | null | readonly (string | number | boolean | null)[];

/** Runs statements, prepared once for each connection. */
export interface Statements {
  /** Returns rows as objects. */
  objects(sql: string, params?: readonly Param[]): Promise<readonly unknown[]>;
  /** Returns rows as arrays, which is faster. */
  arrays(sql: string, params?: readonly Param[]): Promise<readonly unknown[]>;
  /** Returns the number of affected rows. */
  run(sql: string, params?: readonly Param[]): Promise<number>;
  /** Runs several statements without parameters. */
  script(sql: string): Promise<void>;
}

/** The statements of a transaction. */
export interface Queries extends Statements {
  /**
   * Sends a statement, and does not wait for its answer: the end of the transaction does. On the store's own
   * connections, it goes out with the next statement. If it fails, everything after it fails too.
   */
  write(sql: string, params?: readonly Param[]): Promise<void>;
  /**
   * Like {@link write}, for a statement that returns rows as arrays. The returned function has the rows when
   * a later statement is answered.
   */
  writeFor(sql: string, params?: readonly Param[]): Promise<() => readonly unknown[]>;
  /**
   * Runs the last statement of a transaction, and returns rows as arrays. On the store's own connections, the
   * COMMIT goes out with it, unless other work shares the transaction. Nothing may be sent after it.
   */
  commitWith(sql: string, params?: readonly Param[]): Promise<readonly unknown[]>;
}

/** Adds the methods that only send. Here they wait for each answer. */
export function waitingForAll(q: Statements): Queries {
  return {
    ...q,
    write: async (sql, params) => void (await q.run(sql, params)),
    async writeFor(sql, params) {
      const rows = await q.arrays(sql, params);
      return () => rows;
    },
    commitWith: q.arrays,
  };
}

/** Builds the query object for `pg`. */
export type Prepare = (sql: string, params: readonly Param[]) => pg.QueryConfig;

/**
 * `nameOf` returns the name under which the connection keeps the prepared statement. Absent: prepares it each
 * time.
 */
export function preparing(nameOf: (sql: string) => string | undefined = () => undefined): Prepare {
  return (text, params) => ({ name: nameOf(text), text, values: params.map(arrayText) });
}

export function queriesOn(client: pg.ClientBase, prepare = preparing()): Queries {
  return waitingForAll({
    objects: async (sql, params = []) => (await client.query(prepare(sql, params))).rows,
    arrays: async (sql, params = []) =>
      (await client.query({ ...prepare(sql, params), rowMode: 'array' })).rows,
    run: async (sql, params = []) => (await client.query(prepare(sql, params))).rowCount ?? 0,
    script: async (sql) => void (await client.query(sql)),
  });
}

/**
 * Waits for several statements of a transaction. If some fail, throws the error of the first in order: it
 * caused the errors of those after it.
 */
export async function together<const T extends readonly unknown[]>(
  asked: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(asked);
  // In the order in which they were sent, not in the order of the answers.
  return Promise.all(asked);
}

/**
 * Returns an array in PostgreSQL's text form, and other values unchanged. `pg` would quote each number and
 * escape each text by itself, which takes several times as long.
 */
function arrayText(param: Param): Param {
  if (!Array.isArray(param)) return param;
  let text = '';
  let quoted = '';
  return `{${param
    .map((one) => {
      if (typeof one !== 'string') return one ?? 'NULL';
      if (one !== text || quoted === '') {
        text = one;
        quoted = IS_PLAIN.test(one) ? JSON.stringify(one) : `"${one.replaceAll(TO_ESCAPE, '\\$&')}"`;
      }
      return quoted;
    })
    .join()}}`;
}

/**
 * Matches texts that JSON writes like a PostgreSQL array does: no control characters, no lone surrogates. For
 * them, JSON is several times as fast.
 */
const IS_PLAIN = /^[ -\ud7ff\ue000-\uffff]*$/;
const TO_ESCAPE = /["\\]/g;

/** Turns rows into one array for each column, for `unnest`. */
export function columnsOf(
  rows: readonly (readonly (string | number | boolean | null)[])[],
  width: number,
): Param[] {
  return Array.from({ length: width }, (_, n) => rows.map((row) => row[n] ?? null));
}
