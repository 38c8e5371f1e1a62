import { type AbortFlag, StoreError } from '../../../core/model/errors.ts';
import { type Bounds, type Database, SHORT_WAIT_MS } from '../connection/database.ts';
import { mayBeDone } from '../connection/database-errors.ts';
import { JobTurnQueue } from '../connection/job-turn-queue.ts';
import type { Param, Queries } from '../connection/queries.ts';
import { besidePasses, type Shared } from '../tables/shared.ts';
import { createUnit, type Unit } from '../tables/unit.ts';

/**
 * Work in a transaction. `opened`: the answer to the opening. Only the first work in a transaction has one.
 */
type Work<T, Opened = undefined> = (u: Unit, opened: Opened | undefined) => Promise<T>;
type How<Opened> = Pick<Bounds<Opened>, 'opening' | 'signal'>;

/** The parts that the methods of a store share. */
export interface Parts {
  /** For commands and reads. */
  readonly db: Database;
  readonly writes: Writes;
  readonly shared: Shared;
  /** The nodes of this process that have joined. They may claim while they have a row. */
  readonly joined: ReadonlySet<string>;
  now(): number;
  /** The time for transactions in tests; undefined: the database's time. */
  ownNow(): number | undefined;
}

export interface WritesDeps extends Pick<Parts, 'shared' | 'ownNow'> {
  /** One pass at a time, beside it one piece of `apart` work, and commands of one statement. */
  readonly passes: Database;
  readonly commands: Database;
  /** The most commands at once. Reads keep connections even while all of these wait for locks. */
  readonly maxCommands: number;
}

/** The target of commands on several jobs. No job has this id. */
const SEVERAL = '';

/**
 * The ordered writes of a store. Passes that are requested in one turn share a transaction: a claim commits
 * with the settlements before it. A command waits for settlements that were requested before it. After
 * `close`, writes reject as `unavailable`.
 */
export class Writes {
  readonly #deps: WritesDeps;
  readonly #queue: PassQueue;
  readonly #turns: JobTurnQueue;
  readonly #sharedApart: Shared;
  readonly #underWay = new Set<Promise<unknown>>();
  #isClosed = false;
  #apartTail: Promise<unknown> = Promise.resolve();
  #underWayApart = 0;

  constructor(deps: WritesDeps) {
    this.#deps = deps;
    this.#queue = new PassQueue(deps.passes);
    this.#turns = new JobTurnQueue(deps.maxCommands);
    this.#sharedApart = besidePasses(deps.shared);
  }

  pass<T, Opened = undefined>(work: Work<T, Opened>, opening?: Bounds<Opened>['opening']): Promise<T> {
    return this.tracked(() => this.#asUnit((run) => this.#queue.add(run, opening), work));
  }

  /** Runs large batches in their own transactions beside the passes, one at a time. */
  apart<T>(work: Work<T>): Promise<T> {
    const { passes } = this.#deps;
    return this.tracked(() => {
      this.#underWayApart += 1;
      const done = this.#apartTail
        .then(() => this.#asUnit((run) => passes.boundedTransaction(run), work, this.#sharedApart))
        .finally(() => {
          this.#underWayApart -= 1;
        });
      this.#apartTail = done.catch(() => undefined);
      return done;
    });
  }

  /** Whether {@link apart} has work. */
  get isBusyApart(): boolean {
    return this.#underWayApart > 0;
  }

  /** Runs work beside all other writes. It may wait for locks that a frozen process holds. */
  beside<T>(work: Work<T>): Promise<T> {
    return this.tracked(() => this.#asUnit((run) => this.#deps.commands.transaction(run), work));
  }

  /** {@link beside}, but rejects as `busy` after a short lock wait: a close waits for it. */
  besideBriefly<T>(work: Work<T>): Promise<T> {
    return this.tracked(() => this.#bounded(work, {}));
  }

  /**
   * Runs a command; call it inside {@link tracked}, like the next two methods. `target`: see
   * {@link JobTurnQueue}. `isAlone`: it locks its whole target, and such commands keep their order.
   */
  async command<T, Opened = undefined>(
    target: string,
    work: Work<T, Opened>,
    { isAlone, ...how }: How<Opened> & { readonly isAlone?: boolean } = {},
  ): Promise<T> {
    await this.caughtUp();
    return this.#turns.take(target, () => this.#bounded(work, how), isAlone);
  }

  /** Runs a command of one statement on a connection of passes. For a node that makes no pass now. */
  async commandAtOnce(
    sql: string,
    params: readonly Param[],
    signal?: AbortFlag,
  ): Promise<readonly unknown[] | undefined> {
    await this.caughtUp();
    return this.#deps.passes.boundedStatement(sql, params, signal);
  }

  /**
   * Runs several commands in one transaction, after {@link caughtUp}. Rejects as `busy` after a short lock
   * wait.
   */
  commands<T, Opened>(work: Work<T, Opened>, how: How<Opened>): Promise<T> {
    return this.#turns.take(SEVERAL, () => this.#bounded(work, { lockWaitMs: SHORT_WAIT_MS, ...how }));
  }

  /** Resolves after the passes and the {@link apart} work requested so far, settlements included. */
  caughtUp(): Promise<unknown> {
    return this.isBusyApart ? Promise.all([this.#queue.tail, this.#apartTail]) : this.#queue.tail;
  }

  /** Runs any other work. `close` waits for it. */
  tracked<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isClosed) return Promise.reject(new StoreError('unavailable', 'The store is closed.'));
    const done = work();
    this.#underWay.add(done);
    const forget = () => void this.#underWay.delete(done);
    done.then(forget, forget);
    return done;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Resolves after all requested work. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled(this.#underWay);
  }

  #bounded<T, Opened>(work: Work<T, Opened>, bounds: Bounds<Opened>): Promise<T> {
    return this.#asUnit((run) => this.#deps.commands.boundedTransaction(run, bounds), work);
  }

  /** Runs work as a unit, in a transaction that `begin` starts. */
  async #asUnit<T, Opened = undefined>(
    begin: (run: (q: Queries, begunAt: number, opened?: Opened) => Promise<T>) => Promise<T>,
    work: Work<T, Opened>,
    shared = this.#deps.shared,
  ): Promise<T> {
    let last: Unit | undefined;
    const result = await begin((q, begunAt, opened) => {
      // Decisions use the time of their transaction (P17, clock).
      last = createUnit(q, shared, this.#deps.ownNow() ?? begunAt);
      return work(last, opened);
    });
    for (const written of last?.onceWritten ?? []) written();
    return result;
  }
}

/** One piece of work in a transaction of passes. */
interface Step {
  /** Sends the opening, if this step is the first. Absent: it has none. */
  readonly open: ((q: Queries) => Promise<void>) | undefined;
  /** `isOpened`: the opening was sent in this transaction. */
  run(q: Queries, now: number, isOpened: boolean): Promise<unknown>;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** Runs one transaction at a time. It contains all work that was requested during the previous one. */
class PassQueue {
  readonly #db: Database;
  #waiting: Step[] = [];
  #tail: Promise<void> = Promise.resolve();

  constructor(db: Database) {
    this.#db = db;
  }

  /** Resolves after all work requested so far. */
  get tail(): Promise<void> {
    return this.#tail;
  }

  add<T, Opened>(
    work: (q: Queries, now: number, opened: Opened | undefined) => Promise<T>,
    opening: Bounds<Opened>['opening'],
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) this.#tail = this.#tail.then(() => this.#runAll());
      let opened: Opened | undefined;
      const open =
        opening &&
        (async (q: Queries) => {
          opened = await opening(q);
        });
      const run: Step['run'] = (q, now, isOpened) => work(q, now, isOpened ? opened : undefined);
      this.#waiting.push({ open, run, resolve: (value) => resolve(value as T), reject });
    });
  }

  async #runAll(): Promise<void> {
    const steps = this.#waiting;
    this.#waiting = [];
    try {
      const values = await this.#transaction(steps);
      for (const [n, step] of steps.entries()) step.resolve(values[n]);
    } catch (error) {
      // Does not repeat work that may be committed: a second claim would take other runs and lose the first
      // ones.
      const isFinal = steps.length === 1 || mayBeDone(error);
      for (const step of steps) {
        if (isFinal) step.reject(error);
        // One step made the transaction fail, so each step runs again in its own transaction.
        else await this.#transaction([step]).then(([value]) => step.resolve(value), step.reject);
      }
    }
  }

  #transaction(steps: readonly Step[]): Promise<unknown[]> {
    return this.#db.boundedTransaction((q, now) => inOrder(steps, q, now), { opening: steps[0]?.open });
  }
}

async function inOrder(steps: readonly Step[], q: Queries, now: number): Promise<unknown[]> {
  const values: unknown[] = [];
  // The last step's `commitWith` must not end the transaction of the others.
  const shared: Queries = { ...q, commitWith: q.arrays };
  for (const [n, step] of steps.entries())
    values.push(await step.run(n === steps.length - 1 ? q : shared, now, n === 0));
  return values;
}
