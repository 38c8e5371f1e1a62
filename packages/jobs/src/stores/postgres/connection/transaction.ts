import type pg from 'pg';
import { codeOf, commitFailed, failedAfterCommit, isAborted, isAnswer } from './database-errors.ts';
import { type Param, type Prepare, type Queries, queriesOn, together } from './queries.ts';

/** What a transaction consists of. */
export interface Steps<T, Opened> {
  /** Sends the BEGIN; resolves to the database's time. */
  begin(): Promise<number>;
  /** Goes out together with it. */
  readonly opening: ((q: Queries) => Promise<Opened>) | undefined;
  work(q: Queries, now: number, opened: Opened | undefined): Promise<T>;
}

/**
 * Does all of a transaction on a connection, or nothing of it. Statements that only its end waits for may not
 * be sent where a savepoint could undo them: what failed there would be forgiven, and not here.
 */
export async function runTransaction<T, Opened>(
  client: pg.ClientBase,
  prepare: Prepare,
  { begin, opening, work }: Steps<T, Opened>,
): Promise<T> {
  const answers: Promise<void>[] = [];
  /** Why the first of what was only sent failed that did. */
  let failure: unknown;
  let ending: Promise<void> | undefined;
  let isCommitSent = false;
  let isCommitted = false;

  const prepareOpen: Prepare = (sql, params) => {
    if (ending !== undefined) throw new Error('nothing can be asked for once a transaction ends');
    return prepare(sql, params);
  };
  /** Returns what gives the rows once they are here. */
  const send = (sql: string, params: readonly Param[] = []): (() => readonly unknown[]) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    let rows: readonly unknown[] | undefined;
    const asked = { ...prepareOpen(sql, params), rowMode: 'array' as const };
    answers.push(promise);
    // It is called at least once, and at once for what `pg` cannot send.
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
    // One that never came to the server: it would commit the others.
    if (failure !== undefined) throw failure;
    isCommitSent = true;
    const [ended] = await Promise.allSettled([client.query('COMMIT').catch(commitFailed), ...answers]);
    if (ended.status === 'rejected') throw ended.reason;
    // The COMMIT of a transaction that is undone is no error to the server.
    if (ended.value.command === 'ROLLBACK')
      throw failure ?? new Error('the server has undone the transaction');
    isCommitted = true;
    // An answer that could not be read.
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
    // Whatever was lost first: the COMMIT may have been done.
    if (isCommitSent && codeOf(failed) === undefined) commitFailed(failed);
    // What follows a statement that failed tells only that.
    const error = isAborted(failed) ? (failure ?? failed) : failed;
    // One that is broken takes the transaction with it.
    if (isAnswer(error)) await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}
