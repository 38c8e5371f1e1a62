import { type AbortFlag, StoreError } from '../../../core/model/errors.ts';
import type { Database } from '../connection/database.ts';
import type { Param, Queries } from '../connection/queries.ts';
import type { HowToTake, WriteQueue } from '../connection/write-queue.ts';
import type { Shared } from '../tables/shared.ts';
import { createUnit, type Unit } from '../tables/unit.ts';

type Work<T, Opened = undefined> = (u: Unit, opened: Opened | undefined) => Promise<T>;
type Opening<Opened> = (q: Queries) => Promise<Opened>;

/** Runs units of work in transactions. Once it is closed it takes no more, and rejects as `unavailable`. */
export interface UnitRunner {
  /** In the order of the node's writes: see {@link WriteQueue.pass}. */
  pass<T, Opened = undefined>(work: Work<T, Opened>, opening?: Opening<Opened>): Promise<T>;
  /** Beside the passes: see {@link WriteQueue.apart}. */
  apart<T>(work: Work<T>, shared: Shared): Promise<T>;
  readonly isBusyApart: boolean;
  /** To be asked for in {@link UnitRunner.tracked} work: see {@link WriteQueue.command}. */
  command<T, Opened = undefined>(target: string, work: Work<T, Opened>, how?: HowToTake<Opened>): Promise<T>;
  /** Likewise, several commands in one: see {@link WriteQueue.commands}. */
  commands<T, Opened>(
    work: Work<T, Opened>,
    how: { readonly opening: Opening<Opened>; readonly signal: AbortFlag },
  ): Promise<T>;
  /** See {@link WriteQueue.commandAtOnce}. */
  commandAtOnce(
    sql: string,
    params: readonly Param[],
    signal: AbortFlag | undefined,
  ): Promise<readonly unknown[] | undefined>;
  /** Beside all other writes of the node: it may wait for what a frozen process holds. */
  beside<T>(work: Work<T>): Promise<T>;
  caughtUp(): Promise<void>;
  /** Any other work: a close waits for it. */
  tracked<T>(work: () => Promise<T>): Promise<T>;
  readonly isClosed: boolean;
  /** Resolves once all that was asked for has ended. */
  close(): Promise<void>;
}

export interface UnitRunnerDeps {
  readonly db: Database;
  readonly writes: WriteQueue;
  readonly shared: Shared;
  /** In place of the time at which a transaction began. */
  ownNow(): number | undefined;
}

export function createUnitRunner({ db, writes, shared, ownNow }: UnitRunnerDeps): UnitRunner {
  const underWay = new Set<Promise<unknown>>();
  let isClosed = false;
  const tracked = <T>(work: () => Promise<T>): Promise<T> => {
    if (isClosed) return Promise.reject(new StoreError('unavailable', 'The store is closed.'));
    const done = work();
    underWay.add(done);
    const forget = () => void underWay.delete(done);
    done.then(forget, forget);
    return done;
  };
  /** Does work as a unit in a transaction, which `begin` makes. */
  const asUnit = async <T, Opened = undefined>(
    begin: (run: (q: Queries, begunAt: number, opened?: Opened) => Promise<T>) => Promise<T>,
    work: Work<T, Opened>,
    of = shared,
  ): Promise<T> => {
    let last: Unit | undefined;
    const result = await begin((q, begunAt, opened) => {
      // What decides goes by the time of its transaction (P17, clock).
      last = createUnit(q, of, ownNow() ?? begunAt);
      return work(last, opened);
    });
    for (const written of last?.onceWritten ?? []) written();
    return result;
  };
  return {
    pass: <T, Opened = undefined>(work: Work<T, Opened>, opening?: Opening<Opened>) =>
      tracked(() => asUnit<T, Opened>((run) => writes.pass(run, opening), work)),
    apart: (work, of) => tracked(() => asUnit((run) => writes.apart(run), work, of)),
    get isBusyApart() {
      return writes.isBusyApart;
    },
    command: <T, Opened = undefined>(target: string, work: Work<T, Opened>, how?: HowToTake<Opened>) =>
      asUnit<T, Opened>((run) => writes.command(target, run, how), work),
    commands: (work, how) => asUnit((run) => writes.commands(run, how), work),
    commandAtOnce: (sql, params, signal) => writes.commandAtOnce(sql, params, signal),
    beside: (work) => tracked(() => asUnit((run) => db.transaction(run), work)),
    caughtUp: () => writes.caughtUp(),
    tracked,
    get isClosed() {
      return isClosed;
    },
    async close() {
      isClosed = true;
      await Promise.allSettled(underWay);
    },
  };
}
