import { AsyncLocalStorage } from 'node:async_hooks';
import type { JobContext, JobType } from '../core/job-types/job-type.ts';
import { realNow } from './real-time.ts';

/** More handlers at one instant than any test needs: some handler enqueues its own job again and again. */
const MOST_STARTS_AT_ONCE = 10_000;

const current = new AsyncLocalStorage<RunningHandler>();

/** The handler from which this function is called, also after its awaits and in its callbacks. */
export function currentHandler(): RunningHandler | undefined {
  return current.getStore();
}

/** A handler that has not ended. */
export class RunningHandler {
  readonly jobId: string;
  readonly type: string;
  readonly runId: string;
  /** When the attempt reaches its timeout (monotonic ms of the test clock). */
  readonly timeoutAt: number;
  /** What it waits for that comes only when the test clock moves. */
  #waits = 0;
  #busySince = realNow();

  constructor({ job, run }: JobContext<unknown>, timeoutAt: number) {
    this.jobId = job.id;
    this.type = job.type;
    this.runId = run.id;
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

/** Knows which handlers run, and what they wait for. */
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
    return { ...type, isolation: 'inline', run: (ctx, deps) => this.#run(ctx, () => type.run(ctx, deps)) };
  }

  #run(ctx: JobContext<unknown>, run: () => Promise<unknown>): Promise<unknown> {
    this.#countStart();
    const { monotonic, timeoutMsOf } = this.#with;
    const handler = new RunningHandler(ctx, monotonic() + timeoutMsOf(ctx.job.uid));
    this.#running.add(handler);
    return current.run(handler, async () => {
      try {
        // What it enqueues is never started, so that the test gets its error.
        return this.isEndless ? undefined : await run();
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
