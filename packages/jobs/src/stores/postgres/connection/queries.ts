import type pg from 'pg';

/** A value that can be bound to a parameter; an array goes to a parameter of an array type. */
export type Param = string | number | boolean | null | readonly (string | number | boolean | null)[];

/** Runs statements, prepared once for each connection. */
export interface Statements {
  /** Rows as objects. */
  objects(sql: string, params?: readonly Param[]): Promise<readonly unknown[]>;
  /** Rows as arrays: faster, for the hot path. */
  arrays(sql: string, params?: readonly Param[]): Promise<readonly unknown[]>;
  /** Runs a statement and returns how many rows it touched. */
  run(sql: string, params?: readonly Param[]): Promise<number>;
  /** Several statements without parameters. */
  script(sql: string): Promise<void>;
}

/** The statements of a transaction. */
export interface Queries extends Statements {
  /**
   * Runs a statement whose answer only the transaction waits for, at its end: on the store's own connections
   * it goes out together with what comes next. If it fails, so does all that comes after it.
   */
  write(sql: string, params?: readonly Param[]): Promise<void>;
  /**
   * {@link write}, of a statement that gives rows as arrays: they are there once something that was asked for
   * later is answered.
   */
  writeFor(sql: string, params?: readonly Param[]): Promise<() => readonly unknown[]>;
  /**
   * Runs the last statement of a transaction, or of a part of one, for rows as arrays. On the store's own
   * connections the COMMIT goes out with it if nothing else belongs to the transaction. Nothing may be sent
   * after it.
   */
  commitWith(sql: string, params?: readonly Param[]): Promise<readonly unknown[]>;
}

/** Adds those methods that only send, where each statement is waited for. */
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

/** Makes a statement as `pg` takes it. */
export type Prepare = (sql: string, params: readonly Param[]) => pg.QueryConfig;

/** `nameOf` names a statement that the connection is to keep; absent: it is prepared each time. */
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
 * All that was asked for at once in a transaction. Of several that failed, the first tells why: those after
 * it fail with it.
 */
export async function together<const T extends readonly unknown[]>(
  asked: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(asked);
  // In the order of asking, whichever was told first.
  return Promise.all(asked);
}

/**
 * An array as PostgreSQL reads it, else the value itself. `pg` would quote each number and escape each text
 * on its own, which takes several times as long; columns often hold the same text again and again.
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
 * JSON would write such a text as an array does, which is several times as fast: no control characters,
 * nothing in two halves.
 */
const IS_PLAIN = /^[ -\ud7ff\ue000-\uffff]*$/;
const TO_ESCAPE = /["\\]/g;

/** Rows as one array for each column, as `unnest` takes them. */
export function columnsOf(
  rows: readonly (readonly (string | number | boolean | null)[])[],
  width: number,
): Param[] {
  return Array.from({ length: width }, (_, n) => rows.map((row) => row[n] ?? null));
}
