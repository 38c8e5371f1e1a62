import type pg from 'pg';
import type { Pipeline } from './pipeline.ts';

/** A value that can be bound to a parameter; an array goes to a parameter of an array type. */
export type Param = string | number | boolean | null | readonly (string | number | boolean | null)[];

/** Runs statements, prepared once for each connection. */
export interface Queries {
  /** Rows as objects. */
  objects(sql: string, params?: readonly Param[]): Promise<readonly unknown[]>;
  /** Rows as arrays: faster, for the hot path. */
  arrays(sql: string, params?: readonly Param[]): Promise<readonly unknown[]>;
  /** Runs a statement and returns how many rows it touched. */
  run(sql: string, params?: readonly Param[]): Promise<number>;
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
  /** Several statements without parameters. */
  script(sql: string): Promise<void>;
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

/** Without `nameOf`, statements are prepared each time; without `pipeline`, all are waited for. */
export function queriesOn(
  client: pg.ClientBase,
  nameOf: (sql: string) => string | undefined = () => undefined,
  pipeline?: Pipeline,
): Queries {
  const valuesOf = (params: readonly Param[]) => params.map(arrayText);
  const assertOpen = () => {
    if (pipeline?.isEnding) throw new Error('nothing can be asked for once a transaction ends');
  };
  const statement = (sql: string, params: readonly Param[]) => {
    assertOpen();
    return { name: nameOf(sql), text: sql, values: valuesOf(params) };
  };
  const ask = (sql: string, params: readonly Param[]) => client.query(statement(sql, params));
  const arrays = async (sql: string, params: readonly Param[] = []): Promise<readonly unknown[]> => {
    const { rows } = await client.query({ ...statement(sql, params), rowMode: 'array' });
    return rows;
  };
  /** Asks for rows as arrays, with nobody waiting for them: returns what gives them when they are here. */
  const sendArrays = (to: Pipeline, sql: string, params: readonly Param[]): (() => readonly unknown[]) => {
    const asked = { ...statement(sql, params), rowMode: 'array' as const };
    let rows: readonly unknown[] | undefined;
    to.send((answered) =>
      client.query(asked, (error, result) => {
        rows = result?.rows;
        answered(error);
      }),
    );
    return () => {
      if (rows === undefined) throw to.failure ?? new Error('rows were asked for before they are here');
      return rows;
    };
  };
  return {
    async objects(sql, params = []) {
      return (await ask(sql, params)).rows;
    },
    arrays,
    async run(sql, params = []) {
      return (await ask(sql, params)).rowCount ?? 0;
    },
    async write(sql, params = []) {
      if (pipeline === undefined) await ask(sql, params);
      else pipeline.send((answered) => client.query(statement(sql, params), answered));
    },
    async writeFor(sql, params = []) {
      if (pipeline !== undefined) return sendArrays(pipeline, sql, params);
      const rows = await arrays(sql, params);
      return () => rows;
    },
    async commitWith(sql, params = []) {
      if (pipeline === undefined) return arrays(sql, params);
      const rows = sendArrays(pipeline, sql, params);
      await pipeline.commit(() => client.query('COMMIT'));
      return rows();
    },
    async script(sql) {
      assertOpen();
      await client.query(sql);
    },
  };
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
