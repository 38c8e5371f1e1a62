import { AsyncLocalStorage } from 'node:async_hooks';
import type { HookContext, JobContext, JobHooks, JobType } from '../core/job-types/job-type.ts';
import { realNow } from './real-time.ts';

/** More handlers at one instant than any test needs: some handler enqueues its own job again and again. */
const MOST_STARTS_AT_ONCE = 10_000;

const current = new AsyncLocalStorage<RunningHandler>();

/** The handler or hook from which this function is called, also after its awaits and in its callbacks. */
export function currentHandler(): RunningHandler | undefined {
  return current.getStore();
}

/** How long the engine waits for a hook (ms). */
const HOOK_TIMEOUT_MS = 10_000;

/** A handler or a hook that has not ended. */
export class RunningHandler {
  /** Such as `handler of run 1 (job "job", type work)`. */
  readonly name: string;
  /** A hook takes no place. */
  readonly isHook: boolean;
  /** When the engine waits no longer for it (monotonic ms of the test clock). */
  readonly timeoutAt: number;
  /** What it waits for that comes only when the test clock moves. */
  #waits = 0;
  #busySince = realNow();

  constructor(ctx: JobContext<unknown> | HookContext, timeoutAt: number) {
    const { id, type } = ctx.job;
    this.isHook = !('progress' in ctx);
    const what = 'progress' in ctx ? `handler of run ${ctx.run.id}` : 'hook';
    this.name = `${what} (job "${id}", type ${type})`;
    this.timeoutAt = timeoutAt;
  }

  /** How long (real ms) it has not waited for the test clock; 0 while it waits for it. */
  get busyMs(): number {
    return this.#waits > 0 ? 0 : realNow() - this.#busySince;
  }

  get isBusy(): boolean {
    return this.#waits === 0;
  }

  /** It waits for the test clock until the returned function is called. */
  waitsForClock(): () => void {
    this.#waits += 1;
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#waits -= 1;
      this.#busySince = realNow();
    };
  }
}

interface RunningHandlersDeps {
  /** Monotonic ms of the test clock. */
  readonly monotonic: () => number;
  readonly timeoutMsOf: (jobUid: string) => number;
}

/** Knows which handlers and hooks run, and what they wait for. */
export class RunningHandlers {
  readonly #with: RunningHandlersDeps;
  readonly #running = new Set<RunningHandler>();
  #instant = Number.NEGATIVE_INFINITY;
  #startsAtInstant = 0;

  constructor(deps: RunningHandlersDeps) {
    this.#with = deps;
  }

  get all(): ReadonlySet<RunningHandler> {
    return this.#running;
  }

  /** How many of them take a place. */
  get places(): number {
    let places = 0;
    for (const { isHook } of this.#running) if (!isHook) places += 1;
    return places;
  }

  /** True if too many handlers have started at this instant: a job probably triggers itself without end. */
  get isEndless(): boolean {
    return this.#startsAtInstant > MOST_STARTS_AT_ONCE && this.#instant === this.#with.monotonic();
  }

  /** The handler that has waited longest for something else than the test clock. */
  get busiest(): RunningHandler | undefined {
    let busiest: RunningHandler | undefined;
    for (const handler of this.#running)
      if (handler.isBusy && (busiest === undefined || handler.busyMs > busiest.busyMs)) busiest = handler;
    return busiest;
  }

  /** The same job type with a handler that is known here. It runs inline: a thread has no fake clock. */
  watch(type: JobType): JobType {
    const { onSucceeded, onFailed, onPaused } = type;
    return {
      ...type,
      isolation: 'inline',
      run: (ctx, deps) => this.#run(ctx, () => type.run(ctx, deps)),
      onSucceeded: onSucceeded && ((ctx, deps) => this.#callHook(ctx, () => onSucceeded(ctx, deps))),
      onFailed: onFailed && ((ctx, deps) => this.#callHook(ctx, () => onFailed(ctx, deps))),
      onPaused: onPaused && ((ctx, deps) => this.#callHook(ctx, () => onPaused(ctx, deps))),
    };
  }

  /** The same hooks for all types, known here. */
  watchHooks({ onSucceeded, onFailed, onPaused }: JobHooks): JobHooks {
    return {
      onSucceeded: onSucceeded && ((ctx) => this.#callHook(ctx, () => onSucceeded(ctx))),
      onFailed: onFailed && ((ctx) => this.#callHook(ctx, () => onFailed(ctx))),
      onPaused: onPaused && ((ctx) => this.#callHook(ctx, () => onPaused(ctx))),
    };
  }

  #run(ctx: JobContext<unknown>, run: () => Promise<unknown>): Promise<unknown> {
    this.#countStart();
    const { monotonic, timeoutMsOf } = this.#with;
    const handler = new RunningHandler(ctx, monotonic() + timeoutMsOf(ctx.job.uid));
    // What it enqueues is never started, so that the test gets its error.
    return this.#within(handler, async () => (this.isEndless ? undefined : run()));
  }

  #callHook(ctx: HookContext, call: () => unknown): Promise<unknown> {
    return this.#within(new RunningHandler(ctx, this.#with.monotonic() + HOOK_TIMEOUT_MS), call);
  }

  #within(handler: RunningHandler, call: () => unknown): Promise<unknown> {
    this.#running.add(handler);
    return current.run(handler, async () => {
      try {
        return await call();
      } finally {
        this.#running.delete(handler);
      }
    });
  }

  #countStart(): void {
    const now = this.#with.monotonic();
    if (now !== this.#instant) this.#startsAtInstant = 0;
    this.#instant = now;
    this.#startsAtInstant += 1;
  }
}
