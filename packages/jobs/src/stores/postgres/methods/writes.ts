import { type AbortFlag, StoreError } from '../../../core/model/errors.ts';
import { type Bounds, type Database, SHORT_WAIT_MS } from '../connection/database.ts';
import { mayBeDone } from '../connection/database-errors.ts';
import { JobTurnQueue } from '../connection/job-turn-queue.ts';
import type { Param, Queries } from '../connection/queries.ts';
import { besidePasses, type Shared } from '../tables/shared.ts';
import { createUnit, type Unit } from '../tables/unit.ts';

/** `opened`: the answer to its opening; only the first work in a transaction has one. */
type Work<T, Opened = undefined> = (u: Unit, opened: Opened | undefined) => Promise<T>;
type How<Opened> = Pick<Bounds<Opened>, 'opening' | 'signal'>;

/** What the methods of a store work with. */
export interface Parts {
  /** For commands and reads. */
  readonly db: Database;
  readonly writes: Writes;
  readonly shared: Shared;
  /** Nodes of this process that may claim while they have a row. */
  readonly joined: ReadonlySet<string>;
  now(): number;
  /** The time for transactions, in tests; undefined: the time of the database. */
  ownNow(): number | undefined;
}

export interface WritesDeps extends Pick<Parts, 'shared' | 'ownNow'> {
  /** One pass at a time, one piece of work beside it, and commands of one statement. */
  readonly passes: Database;
  readonly commands: Database;
  /** The most commands at once: reads have connections left while all of these wait for locks. */
  readonly maxCommands: number;
}

/** No job has this id. */
const SEVERAL = '';

/**
 * The writes of a store, in their order. Work that passes ask for in one turn shares a transaction, in that
 * order: a claim is committed with the settlements before it. A command runs beside it, but after the
 * settlements that were asked for before. After `close`, all writes reject as `unavailable`.
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

  /** For a large batch: in a transaction of its own beside the passes, one at a time. */
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

  /** Beside all other writes: it may wait for locks that a frozen process holds. */
  beside<T>(work: Work<T>): Promise<T> {
    return this.tracked(() => this.#asUnit((run) => this.#deps.commands.transaction(run), work));
  }

  /**
   * Call it in {@link tracked} work, like the next two. `target`: see {@link JobTurnQueue}. `isAlone`: it
   * locks all of its target, and such commands run in the order of asking.
   */
  async command<T, Opened = undefined>(
    target: string,
    work: Work<T, Opened>,
    { isAlone, ...how }: How<Opened> & { readonly isAlone?: boolean } = {},
  ): Promise<T> {
    await this.caughtUp();
    return this.#turns.take(target, () => this.#bounded(work, how), isAlone);
  }

  /** A command of one statement, for a node that makes no pass now: it takes a connection of passes. */
  async commandAtOnce(
    sql: string,
    params: readonly Param[],
    signal?: AbortFlag,
  ): Promise<readonly unknown[] | undefined> {
    await this.caughtUp();
    return this.#deps.passes.boundedStatement(sql, params, signal);
  }

  /** Several commands at once, after {@link caughtUp}. Rejects as `busy` after a short wait for a lock. */
  commands<T, Opened>(work: Work<T, Opened>, how: How<Opened>): Promise<T> {
    return this.#turns.take(SEVERAL, () => this.#bounded(work, { lockWaitMs: SHORT_WAIT_MS, ...how }));
  }

  /** Resolves after the passes and the work {@link apart} asked for so far, settlements included. */
  caughtUp(): Promise<unknown> {
    return this.isBusyApart ? Promise.all([this.#queue.tail, this.#apartTail]) : this.#queue.tail;
  }

  /** Any other work: `close` waits for it. */
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

  /** Resolves after all work that was asked for. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled(this.#underWay);
  }

  #bounded<T, Opened>(work: Work<T, Opened>, bounds: Bounds<Opened>): Promise<T> {
    return this.#asUnit((run) => this.#deps.commands.boundedTransaction(run, bounds), work);
  }

  /** Does work as a unit in a transaction that `begin` makes. */
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

/** Work in a transaction of passes. */
interface Step {
  /** Asks its opening, if it comes first; absent: it has none. */
  readonly open: ((q: Queries) => Promise<void>) | undefined;
  /** `isOpened`: it was opened in this transaction. */
  run(q: Queries, now: number, isOpened: boolean): Promise<unknown>;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** One transaction at a time, for all work that was asked for during the one before. */
class PassQueue {
  readonly #db: Database;
  #waiting: Step[] = [];
  #tail: Promise<void> = Promise.resolve();

  constructor(db: Database) {
    this.#db = db;
  }

  /** Resolves after all work that was asked for so far. */
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
      // Work that may be committed is not repeated: a second claim would take other runs and lose the first.
      const isFinal = steps.length === 1 || mayBeDone(error);
      for (const step of steps) {
        if (isFinal) step.reject(error);
        // One step failed the transaction of all: each gets its own transaction and its own answer.
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
  // The transaction ends with the last one.
  const shared: Queries = { ...q, commitWith: q.arrays };
  for (const [n, step] of steps.entries())
    values.push(await step.run(n === steps.length - 1 ? q : shared, now, n === 0));
  return values;
}
