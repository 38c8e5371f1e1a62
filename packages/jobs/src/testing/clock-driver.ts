import type { Engine } from '../engine/ports/engine-port.ts';
import type { MemoryDatabase } from '../stores/memory/index.ts';
import { isDue, nextDueAt } from './due-events.ts';
import { nextTurn, realSleep, refuseFakeTimers } from './real-time.ts';
import { currentHandler, type RunningHandler, type RunningHandlers } from './running-handlers.ts';
import type { TestTime } from './test-time.ts';

/** Most handlers end within these turns of the event loop. After them, the wait leaves the CPU to others. */
const QUICK_TURNS = 200;

export interface ClockDriverDeps {
  readonly engine: Engine;
  readonly database: MemoryDatabase;
  readonly time: TestTime;
  readonly handlers: RunningHandlers;
  readonly concurrency: number;
  /** How long (real ms) a handler may wait for something else than the test clock. */
  readonly realTimeLimitMs: number;
  /** Called after each move of the clock with its time (ms since the epoch). */
  readonly onTime: ((now: number) => void) | undefined;
}

/** Moves the test clock from event to event, and lets the engine act at each. */
export class ClockDriver {
  readonly #with: ClockDriverDeps;
  #isMoving = false;
  #isStopped = false;

  constructor(deps: ClockDriverDeps) {
    this.#with = deps;
  }

  /** Lets all happen up to `at` (ms since the epoch), each thing at its own time. */
  async advanceTo(at: number): Promise<void> {
    await this.#alone(async () => {
      await this.#settle();
      for (let next = this.#nextEventAt(); next <= at; next = this.#nextEventAt()) {
        this.#moveTo(next);
        await this.#settle();
      }
      if (at === this.#now) return;
      this.#moveTo(at);
      await this.#settle();
    });
  }

  /**
   * Lets time pass until `wait` has settled, at most `limitMs`. Inside a handler, and while the clock moves,
   * time passes anyway.
   */
  async advanceUntilSettled<T>(wait: Promise<T>, limitMs: number): Promise<T> {
    const handler = this.#currentHandler;
    if (handler !== undefined) return wait.finally(handler.waitsForClock());
    if (this.#isMoving) return wait;
    let isOver = false;
    const over = () => {
      isOver = true;
    };
    wait.then(over, over);
    await this.#alone(async () => {
      const end = this.#now + limitMs;
      await this.#settle();
      for (let next = this.#nextEventAt(); !isOver && next <= end; next = this.#nextEventAt()) {
        this.#moveTo(next);
        await this.#settle();
      }
    });
    if (!isOver) throw unended(limitMs);
    return wait;
  }

  /** Moves the time of day. Nothing happens before the next `advance` or `settle`. */
  skipTo(at: number): void {
    const { time, onTime } = this.#with;
    this.#refuseInside('skip');
    time.skipTo(at);
    onTime?.(at);
  }

  /** Moves the clock while `stopping` waits for it. */
  async stop(stopping: Promise<void>): Promise<void> {
    this.#isStopped = true;
    let isOver = false;
    const ended = stopping.finally(() => {
      isOver = true;
    });
    while (!isOver) {
      this.#moveTo(this.#now + STOP_STEP_MS);
      await nextTurn();
    }
    await ended;
  }

  get #now(): number {
    return this.#with.time.clock.now();
  }

  #moveTo(at: number): void {
    const { time, onTime } = this.#with;
    time.moveTo(at);
    onTime?.(at);
  }

  /** The next time at which something happens: in the store, on a timer, or to a handler. */
  #nextEventAt(): number {
    const { database, time, handlers } = this.#with;
    const now = this.#now;
    let next = Math.min(nextDueAt(database, now), time.nextTimerAt);
    for (const { timeoutAt } of handlers.all) {
      const at = time.atMonotonic(timeoutAt);
      if (at > now && at < next) next = at;
    }
    return next;
  }

  /** Lets all happen that is due now. Handlers end, or wait for the clock. */
  async #settle(): Promise<void> {
    const { engine, database, handlers, concurrency } = this.#with;
    for (let turns = 0; ; turns++) {
      if (this.#isStopped) throw stopped();
      await engine.tick();
      if (handlers.isEndless) throw endless(this.#now);
      const busy = handlers.busiest;
      if (busy !== undefined) await this.#waitFor(busy, turns);
      else if (!isDue(database, this.#now, handlers.places < concurrency)) return;
      else if (turns > MOST_TURNS) throw new Error('the engine does not start what is due');
    }
  }

  /** Gives handlers real time: they may wait for the network or another process. */
  async #waitFor(busy: RunningHandler, turns: number): Promise<void> {
    const { realTimeLimitMs } = this.#with;
    if (busy.busyMs > realTimeLimitMs) throw hanging(busy, realTimeLimitMs);
    await (turns < QUICK_TURNS ? nextTurn() : realSleep(1));
  }

  /** One move of the clock at a time. */
  async #alone(move: () => Promise<void>): Promise<void> {
    this.#refuseInside('advance');
    refuseFakeTimers();
    this.#isMoving = true;
    try {
      await move();
    } finally {
      this.#isMoving = false;
    }
  }

  /** The handler of this engine that calls: that of another one may move this clock. */
  get #currentHandler(): RunningHandler | undefined {
    const handler = currentHandler();
    return handler !== undefined && this.#with.handlers.all.has(handler) ? handler : undefined;
  }

  #refuseInside(what: string): void {
    if (this.#isStopped) throw stopped();
    if (this.#currentHandler !== undefined)
      throw new Error(`A handler cannot move the test clock: call ${what}() in the test.`);
    if (this.#isMoving)
      throw new Error(`The test clock is moving: await the earlier advance() or settle() before ${what}().`);
  }
}

const STOP_STEP_MS = 20;
const MOST_TURNS = 100_000;
const DAY_MS = 86_400_000;

function hanging({ name, isHook }: RunningHandler, limitMs: number): Error {
  const kind = isHook ? 'hook' : 'handler';
  return new Error(
    `The ${name} has taken ${limitMs} ms of real time and has not ended. ` +
      `Real time does not move the test clock. A ${kind} that waits must wait on the test clock: give it \`clock\` as a dependency, and call \`clock.sleep("5m", { signal })\`. ` +
      `If the ${kind} needs more real time, raise \`realTimeLimitMs\`.`,
  );
}

function stopped(): Error {
  return new Error('The test engine was stopped: await advance() and settle() before stop().');
}

function unended(limitMs: number): Error {
  return new Error(
    `The run has not ended in ${limitMs / DAY_MS} days of test time. See runs() for its state, and wait for it with advance().`,
  );
}

function endless(now: number): Error {
  return new Error(
    `More than 10,000 runs have started at ${new Date(now).toISOString()}, and more are due. ` +
      'A handler probably enqueues its own job again at once: add a `delay`, or stop it.',
  );
}
