import type { AbortFlag } from '../../../core/model/errors.ts';
import { type Bounds, type Database, SHORT_WAIT_MS } from './database.ts';
import { mayBeDone } from './database-errors.ts';
import { createJobTurnQueue } from './job-turn-queue.ts';
import type { Param, Queries } from './queries.ts';

/**
 * The order of a node's writes. What a pass asks for in one turn shares a transaction, in that order, so that
 * claims ride with settlements; a command runs beside it, but after the settlements that were asked for
 * before it.
 */
export interface WriteQueue {
  /** `opening`: asked for together with the BEGIN, if that work comes first in its transaction. */
  pass<T, Opened = undefined>(
    work: (q: Queries, now: number, opened: Opened | undefined) => Promise<T>,
    opening?: Bounds<Opened>['opening'],
  ): Promise<T>;
  /** For much at once: in a transaction of its own, after others of its kind, beside the passes. */
  apart<T>(work: (q: Queries, now: number) => Promise<T>): Promise<T>;
  /** Work of that kind is under way. */
  readonly isBusyApart: boolean;
  /** `target` is what it is about: see {@link createJobTurnQueue}. */
  command<T, Opened = undefined>(
    target: string,
    work: (q: Queries, now: number, opened: Opened | undefined) => Promise<T>,
    how?: HowToTake<Opened>,
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
   * Several commands at once, each asked for after {@link caughtUp}. They soon give up what somebody holds,
   * and reject as `busy`.
   */
  commands<T, Opened = undefined>(
    work: (q: Queries, now: number, opened: Opened | undefined) => Promise<T>,
    how?: Pick<Bounds<Opened>, 'opening' | 'signal'>,
  ): Promise<T>;
  /**
   * Resolves once the passes, and the work beside them, that were asked for so far have ended, settlements
   * among them.
   */
  caughtUp(): Promise<void>;
}

export interface HowToTake<Opened = undefined> extends Pick<Bounds<Opened>, 'opening' | 'signal'> {
  /** It locks all of its target: of such commands, what was asked for first is done first. */
  readonly isAlone?: boolean;
}

interface Step {
  /** What it asks for first, if it comes first; absent: nothing. */
  readonly open: ((q: Queries) => Promise<void>) | undefined;
  /** `isOpened`: it has been opened in this transaction. */
  run(q: Queries, now: number, isOpened: boolean): Promise<unknown>;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

export interface WriteQueueDeps {
  /** One pass at a time, one piece of work beside it, and commands at once. */
  readonly passes: Database;
  readonly commands: Database;
  /** Commands under way at most, so that connections are left for reads while all of them wait for locks. */
  readonly maxCommands: number;
}

/** No job has that id. */
const SEVERAL = '';

export function createWriteQueue({ passes, commands, maxCommands }: WriteQueueDeps): WriteQueue {
  const turns = createJobTurnQueue(maxCommands);
  let waiting: Step[] = [];
  /** They end when all that was asked for so far is done. */
  let tail: Promise<void> = Promise.resolve();
  let apartTail: Promise<unknown> = Promise.resolve();
  /** When both have: one for all that wait for that. */
  let bothTails: Promise<void> | undefined;
  let underWayApart = 0;

  const transaction = (steps: readonly Step[]) =>
    passes.boundedTransaction((q, now) => inOrder(steps, q, now), { opening: steps[0]?.open });

  const runAll = async () => {
    const steps = waiting;
    waiting = [];
    if (steps.length === 0) return;
    try {
      const values = await transaction(steps);
      for (const [n, step] of steps.entries()) step.resolve(values[n]);
    } catch (error) {
      // What may be done already is not done again: a second claim would take other runs, and nobody would
      // know of the first.
      if (steps.length === 1 || mayBeDone(error)) return rejectAll(steps, error);
      // One of them is at fault, and took the others down with it: each gets its own transaction and its own
      // answer.
      for (const step of steps) await transaction([step]).then(([value]) => step.resolve(value), step.reject);
    }
  };

  const caughtUp = (): Promise<void> => {
    bothTails ??= Promise.all([tail, apartTail]).then(() => undefined);
    return bothTails;
  };

  return {
    pass: <T, Opened = undefined>(
      work: (q: Queries, now: number, opened: Opened | undefined) => Promise<T>,
      opening?: Bounds<Opened>['opening'],
    ) =>
      new Promise<T>((resolve, reject) => {
        if (waiting.length === 0) {
          tail = tail.then(runAll);
          bothTails = undefined;
        }
        let opened: Opened | undefined;
        const open =
          opening &&
          (async (q: Queries) => {
            opened = await opening(q);
          });
        const run: Step['run'] = (q, now, isOpened) => work(q, now, isOpened ? opened : undefined);
        waiting.push({ open, run, resolve: (value) => resolve(value as T), reject });
      }),
    get isBusyApart() {
      return underWayApart > 0;
    },
    apart(work) {
      underWayApart += 1;
      const done = apartTail
        .then(() => passes.boundedTransaction(work))
        .finally(() => {
          underWayApart -= 1;
        });
      apartTail = done.catch(() => undefined);
      bothTails = undefined;
      return done;
    },
    async command(target, work, { isAlone, ...how } = {}) {
      await caughtUp();
      return turns.take(target, () => commands.boundedTransaction(work, how), isAlone);
    },
    async commandAtOnce(sql, params, signal) {
      await caughtUp();
      return passes.boundedStatement(sql, params, signal);
    },
    commands: (work, how) =>
      turns.take(SEVERAL, () => commands.boundedTransaction(work, { lockWaitMs: SHORT_WAIT_MS, ...how })),
    caughtUp,
  };
}

function rejectAll(steps: readonly Step[], error: unknown): void {
  for (const step of steps) step.reject(error);
}

async function inOrder(steps: readonly Step[], q: Queries, now: number): Promise<unknown[]> {
  const values: unknown[] = [];
  // The transaction ends with the last one.
  const shared: Queries = { ...q, commitWith: q.arrays };
  for (const [n, step] of steps.entries())
    values.push(await step.run(n === steps.length - 1 ? q : shared, now, n === 0));
  return values;
}
