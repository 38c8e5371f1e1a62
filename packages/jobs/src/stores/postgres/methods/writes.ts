import { type AbortFlag, StoreError } from '../../../core/model/errors.ts';
import { type Bounds, type Database, SHORT_WAIT_MS } from '../connection/database.ts';
import { mayBeDone } from '../connection/database-errors.ts';
import { createJobTurnQueue } from '../connection/job-turn-queue.ts';
import type { Param, Queries } from '../connection/queries.ts';
import { besidePasses, type Shared } from '../tables/shared.ts';
import { createUnit, type Unit } from '../tables/unit.ts';

/** `opened`: the answer to its opening, which is only asked for if it comes first in its transaction. */
type Work<T, Opened = undefined> = (u: Unit, opened: Opened | undefined) => Promise<T>;
type How<Opened> = Pick<Bounds<Opened>, 'opening' | 'signal'>;

/**
 * The writes of a store, in their order. What a pass asks for in one turn shares a transaction, in that order,
 * so that claims ride with settlements; a command runs beside it, but after the settlements that were asked
 * for before it. Once it is closed it takes no more, and rejects as `unavailable`.
 */
export interface Writes {
  pass<T, Opened = undefined>(work: Work<T, Opened>, opening?: Bounds<Opened>['opening']): Promise<T>;
  /** For much at once: in a transaction of its own, after others of its kind, beside the passes. */
  apart<T>(work: Work<T>): Promise<T>;
  /** Work of that kind is under way. */
  readonly isBusyApart: boolean;
  /** Beside all other writes: it may wait for what a frozen process holds. */
  beside<T>(work: Work<T>): Promise<T>;
  /**
   * In {@link Writes.tracked} work, as the next two. `target` is what it is about: see
   * {@link createJobTurnQueue}. `isAlone`: it locks all of its target, and goes in the order of asking.
   */
  command<T, Opened = undefined>(
    target: string,
    work: Work<T, Opened>,
    how?: How<Opened> & { readonly isAlone?: boolean },
  ): Promise<T>;
  /**
   * A command of one statement ({@link Database.boundedStatement}), for a node with no pass under way: it
   * takes a connection of passes.
   */
  commandAtOnce(
    sql: string,
    params: readonly Param[],
    signal?: AbortFlag,
  ): Promise<readonly unknown[] | undefined>;
  /**
   * Several commands at once, each asked for after {@link Writes.caughtUp}. They soon give up what somebody
   * holds, and reject as `busy`.
   */
  commands<T, Opened>(work: Work<T, Opened>, how: How<Opened>): Promise<T>;
  /**
   * Resolves once the passes, and the work beside them, that were asked for so far have ended, settlements
   * among them.
   */
  caughtUp(): Promise<unknown>;
  /** Any other work: a close waits for it. */
  tracked<T>(work: () => Promise<T>): Promise<T>;
  readonly isClosed: boolean;
  /** Resolves once all that was asked for has ended. */
  close(): Promise<void>;
}

/** What the methods of a store work with. */
export interface Parts {
  /** For commands and reads. */
  readonly db: Database;
  readonly writes: Writes;
  readonly shared: Shared;
  /** Nodes of this process that may claim as long as they have a row. */
  readonly joined: ReadonlySet<string>;
  now(): number;
  /** The time that transactions go by, in place of the database's; undefined: the database's. */
  ownNow(): number | undefined;
}

export interface WritesDeps {
  /** One pass at a time, one piece of work beside it, and commands at once. */
  readonly passes: Database;
  readonly commands: Database;
  /** Commands under way at most, so that connections are left for reads while all of them wait for locks. */
  readonly maxCommands: number;
  readonly shared: Shared;
  /** In place of the time at which a transaction began. */
  ownNow(): number | undefined;
}

/** No job has that id. */
const SEVERAL = '';

export function createWrites({ passes, commands, maxCommands, shared, ownNow }: WritesDeps): Writes {
  const queue = createPassQueue(passes);
  const turns = createJobTurnQueue(maxCommands);
  const underWay = new Set<Promise<unknown>>();
  const sharedApart = besidePasses(shared);
  let isClosed = false;
  let apartTail: Promise<unknown> = Promise.resolve();
  let underWayApart = 0;

  const tracked = <T>(work: () => Promise<T>): Promise<T> => {
    if (isClosed) return Promise.reject(new StoreError('unavailable', 'The store is closed.'));
    const done = work();
    underWay.add(done);
    const forget = () => void underWay.delete(done);
    done.then(forget, forget);
    return done;
  };
  const caughtUp = () => (underWayApart > 0 ? Promise.all([queue.tail, apartTail]) : queue.tail);
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
    pass: (work, opening) => tracked(() => asUnit((run) => queue.add(run, opening), work)),
    apart: (work) =>
      tracked(() => {
        underWayApart += 1;
        const done = apartTail
          .then(() => asUnit((run) => passes.boundedTransaction(run), work, sharedApart))
          .finally(() => {
            underWayApart -= 1;
          });
        apartTail = done.catch(() => undefined);
        return done;
      }),
    get isBusyApart() {
      return underWayApart > 0;
    },
    beside: (work) => tracked(() => asUnit((run) => commands.transaction(run), work)),
    async command(target, work, { isAlone, ...how } = {}) {
      await caughtUp();
      return turns.take(target, () => asUnit((run) => commands.boundedTransaction(run, how), work), isAlone);
    },
    async commandAtOnce(sql, params, signal) {
      await caughtUp();
      return passes.boundedStatement(sql, params, signal);
    },
    commands: (work, how) =>
      turns.take(SEVERAL, () =>
        asUnit((run) => commands.boundedTransaction(run, { lockWaitMs: SHORT_WAIT_MS, ...how }), work),
      ),
    caughtUp,
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

/** A part of a transaction of passes. */
interface Step {
  /** What it asks for first, if it comes first; absent: nothing. */
  readonly open: ((q: Queries) => Promise<void>) | undefined;
  /** `isOpened`: it has been opened in this transaction. */
  run(q: Queries, now: number, isOpened: boolean): Promise<unknown>;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** One transaction at a time, for all that was asked for during the one before. */
function createPassQueue(db: Database) {
  let waiting: Step[] = [];
  let tail: Promise<void> = Promise.resolve();
  const transaction = (steps: readonly Step[]) =>
    db.boundedTransaction((q, now) => inOrder(steps, q, now), { opening: steps[0]?.open });
  const runAll = async () => {
    const steps = waiting;
    waiting = [];
    try {
      const values = await transaction(steps);
      for (const [n, step] of steps.entries()) step.resolve(values[n]);
    } catch (error) {
      // What may be done already is not done again: a second claim would take other runs, and nobody would
      // know of the first.
      const isFinal = steps.length === 1 || mayBeDone(error);
      for (const step of steps) {
        if (isFinal) step.reject(error);
        // One of them is at fault, and took the others down with it: each gets its own transaction and its own
        // answer.
        else await transaction([step]).then(([value]) => step.resolve(value), step.reject);
      }
    }
  };
  return {
    /** Ends when all that was asked for so far is done. */
    get tail() {
      return tail;
    },
    add: <T, Opened>(
      work: (q: Queries, now: number, opened: Opened | undefined) => Promise<T>,
      opening: Bounds<Opened>['opening'],
    ) =>
      new Promise<T>((resolve, reject) => {
        if (waiting.length === 0) tail = tail.then(runAll);
        let opened: Opened | undefined;
        const open =
          opening &&
          (async (q: Queries) => {
            opened = await opening(q);
          });
        const run: Step['run'] = (q, now, isOpened) => work(q, now, isOpened ? opened : undefined);
        waiting.push({ open, run, resolve: (value) => resolve(value as T), reject });
      }),
  };
}

async function inOrder(steps: readonly Step[], q: Queries, now: number): Promise<unknown[]> {
  const values: unknown[] = [];
  // The transaction ends with the last one.
  const shared: Queries = { ...q, commitWith: q.arrays };
  for (const [n, step] of steps.entries())
    values.push(await step.run(n === steps.length - 1 ? q : shared, now, n === 0));
  return values;
}
