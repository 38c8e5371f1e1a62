import type pg from 'pg';
import { codeOf, commitFailed, failedAfterCommit, isAborted, isAnswer } from './database-errors.ts';
import { type Param, type Prepare, type Queries, queriesOn, together } from './queries.ts';

/** The steps of a transaction. */
export interface Steps<T, Opened> {
  /** Sends the BEGIN, and resolves to the database's time. */
  begin(): Promise<number>;
  /** Sends statements together with the BEGIN. */
  readonly opening: ((q: Queries) => Promise<Opened>) | undefined;
  work(q: Queries, now: number, opened: Opened | undefined): Promise<T>;
}

/**
 * Runs a transaction on a connection: all of it or nothing. Do not use {@link Queries.write} where a rollback
 * to a savepoint could undo the statement: its failure still fails the transaction.
 */
export async function runTransaction<T, Opened>(
  client: pg.ClientBase,
  prepare: Prepare,
  { begin, opening, work }: Steps<T, Opened>,
): Promise<T> {
  const answers: Promise<void>[] = [];
  /** The first error of the statements that were only sent. */
  let failure: unknown;
  let ending: Promise<void> | undefined;
  let isCommitSent = false;
  let isCommitted = false;

  const prepareOpen: Prepare = (sql, params) => {
    if (ending !== undefined) throw new Error('nothing can be asked for once a transaction ends');
    return prepare(sql, params);
  };
  /** Returns a function that returns the rows after they have arrived. */
  const send = (sql: string, params: readonly Param[] = []): (() => readonly unknown[]) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    let rows: readonly unknown[] | undefined;
    const asked = { ...prepareOpen(sql, params), rowMode: 'array' as const };
    answers.push(promise);
    // `pg` calls it at least once, and immediately for a query that it cannot send.
    client.query(asked, (error, result) => {
      failure ??= error ?? undefined;
      rows = result?.rows;
      resolve();
    });
    return () => {
      if (rows === undefined) throw failure ?? new Error('rows were asked for before they are here');
      return rows;
    };
  };
  const end = async () => {
    // A statement failed that never reached the server. A COMMIT would commit the other statements.
    if (failure !== undefined) throw failure;
    isCommitSent = true;
    const [ended] = await Promise.allSettled([client.query('COMMIT').catch(commitFailed), ...answers]);
    if (ended.status === 'rejected') throw ended.reason;
    // The server answers the COMMIT of a failed transaction with ROLLBACK, and no error.
    if (ended.value.command === 'ROLLBACK')
      throw failure ?? new Error('the server has undone the transaction');
    isCommitted = true;
    // `pg` could not read an answer.
    if (failure !== undefined) throw failure;
  };
  const commit = () => {
    ending ??= end();
    return ending;
  };
  const q: Queries = {
    ...queriesOn(client, prepareOpen),
    write: async (sql, params) => void send(sql, params),
    writeFor: async (sql, params) => send(sql, params),
    async commitWith(sql, params) {
      const rows = send(sql, params);
      await commit();
      return rows();
    },
  };

  try {
    const [now, opened] = await together([begin(), opening?.(q)]);
    const result = await work(q, now, opened);
    await commit();
    return result;
  } catch (failed) {
    if (isCommitted) failedAfterCommit(failed);
    // The COMMIT may have happened, whatever failed first.
    if (isCommitSent && codeOf(failed) === undefined) commitFailed(failed);
    // Statements after a failed one only report that the transaction has failed, so report the first error.
    const error = isAborted(failed) ? (failure ?? failed) : failed;
    // A broken connection needs no ROLLBACK: the server undoes the transaction.
    if (isAnswer(error)) await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}
