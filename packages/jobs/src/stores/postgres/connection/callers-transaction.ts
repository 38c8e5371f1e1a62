import { isRecord } from '../../../core/objects.ts';
import type { Transaction } from '../../../core/store/store.ts';
import { LOCK_WAIT_MS } from './database.ts';
import { busy, unavailable } from './database-errors.ts';
import { type Param, type Queries, waitingForAll } from './queries.ts';

/**
 * The result of work in a caller's transaction. If not `kept`, the work is undone and its locks are released.
 */
export interface Ended<T> {
  readonly result: T;
  readonly kept: boolean;
}

/** Access to a caller's transaction, for work inside it. */
export interface CallersTransaction {
  readonly q: Queries;
  /** True if each statement sees all earlier commits: not REPEATABLE READ or SERIALIZABLE. */
  readonly seesNewest: boolean;
}

type Work<T> = (callers: CallersTransaction) => Promise<Ended<T>>;

/**
 * Runs work in a caller's transaction, and changes nothing else there. A savepoint undoes the work if it
 * fails or is not kept. The lock timeout applies only to the work.
 */
export function runInCallersTransaction<T>(tx: Transaction, work: Work<T>): Promise<T> {
  return runInTurn(tx, () => runInSavepoint(tx, work));
}

/**
 * Runs one piece of work at a time in each transaction: a rollback to a savepoint would undo parallel work
 * too.
 */
export function runInTurn<T>(tx: Transaction, work: () => Promise<T>): Promise<T> {
  const done = (lastCalls.get(tx) ?? Promise.resolve()).then(work);
  lastCalls.set(
    tx,
    done.catch(() => undefined),
  );
  return done;
}

/** For the whole process, because engines of two schemas may get the same transaction. */
const lastCalls = new WeakMap<Transaction, Promise<unknown>>();

async function runInSavepoint<T>(tx: Transaction, work: Work<T>): Promise<T> {
  await ask(tx, `SAVEPOINT ${SAVEPOINT}`);
  try {
    const [before] = await ask(tx, ENTER, [`${LOCK_WAIT_MS}ms`]);
    const { bound, isolation } = before as { readonly bound: string; readonly isolation: string };
    const { result, kept } = await work({ q: queriesOn(tx), seesNewest: isolation === 'read committed' });
    if (kept) await ask(tx, LEAVE, [bound]);
    else await ask(tx, `ROLLBACK TO SAVEPOINT ${SAVEPOINT}`);
    await ask(tx, `RELEASE SAVEPOINT ${SAVEPOINT}`);
    return result;
  } catch (error) {
    // If the rollback fails too, report the first error.
    await ask(tx, `ROLLBACK TO SAVEPOINT ${SAVEPOINT}`).catch(() => undefined);
    throw error;
  }
}

/**
 * Each answer is one JSON text, because the owner of the connection decides how it parses integers and rows.
 * So columns need distinct names, and {@link Queries.run} works only for statements that change rows.
 */
export function queriesOn(tx: Transaction): Queries {
  const objects = async (sql: string, params: readonly Param[] = []): Promise<object[]> => {
    const [answer] = await ask(tx, `WITH answer AS (${sql}) ${AS_TEXT}`, params);
    return JSON.parse((answer as { readonly rows: string }).rows) as object[];
  };
  return waitingForAll({
    objects,
    arrays: async (sql, params) => (await objects(sql, params)).map((row) => Object.values(row)),
    run: async (sql, params) => (await objects(`${sql} RETURNING 1 AS one`, params)).length,
    script: async (sql) => void (await ask(tx, sql)),
  });
}

async function ask(
  tx: Transaction,
  text: string,
  values: readonly Param[] = [],
): Promise<readonly unknown[]> {
  try {
    return (await tx.query(text, values)).rows;
  } catch (error) {
    throw fault(error);
  }
}

function fault(error: unknown): unknown {
  const state = sqlStateOf(error);
  if (state === '55P03') return busy(error);
  // A serialization failure or deadlock. Callers recognize the error of their own driver, and repeat the
  // transaction.
  if (state?.startsWith('40')) return error;
  const mistake = state === undefined ? undefined : MISTAKES.get(state);
  if (mistake !== undefined) return new Error(mistake, { cause: error });
  return unavailable(error);
}

/**
 * The SQLSTATE of an error: of the error, of one of its causes, or of the driver's error in one of Prisma.
 */
function sqlStateOf(error: unknown): string | undefined {
  for (let each = error; isRecord(each); each = each.cause ?? Object(each.meta).driverAdapterError) {
    const state = each.originalCode ?? each.code;
    if (typeof state === 'string' && SQLSTATE.test(state)) return state;
  }
  return undefined;
}

/** After a P, Prisma's own codes have a digit from 1, and those of PostgreSQL a 0. */
const SQLSTATE = /^(?!P[1-9])[0-9A-Z]{5}$/;
const SAVEPOINT = 'greenvue_jobs';
const NO_TABLES = 'tx is in another database than the jobs, or no engine has been started on it yet.';
/** Mistakes in the caller's code, by SQLSTATE. Repeating the transaction would not help. */
const MISTAKES: ReadonlyMap<string, string> = new Map([
  ['25P01', 'tx is not in a transaction: BEGIN it first; a pool is none.'],
  ['25P02', 'tx has failed before: ROLLBACK it.'],
  ['3F000', NO_TABLES],
  ['42P01', NO_TABLES],
]);
const AS_TEXT = "SELECT coalesce(json_agg(answer), '[]')::text AS rows FROM answer";
/**
 * Reads the settings before it changes them. Column names have one word, because libraries may turn `a_b`
 * into `aB`.
 */
const ENTER = `WITH before AS MATERIALIZED (SELECT current_setting('lock_timeout') AS bound,
    current_setting('transaction_isolation') AS isolation)
  SELECT bound, replace(isolation, 'uncommitted', 'committed') AS isolation,
    set_config('lock_timeout', $1, true) AS changed FROM before`;
const LEAVE = "SELECT set_config('lock_timeout', $1, true) AS restored";
