import type { JobType } from '../core/job-types/job-type.ts';
import { createEngine, type UntypedJobs } from '../engine/engine.ts';
import type { EngineOptions } from '../engine/options.ts';
import type { EngineLogger } from '../engine/ports/engine-logger.ts';
import { nextTurn, realSleep } from './real-time.ts';
import { RunningHandlers } from './running-handlers.ts';
import { type TestClock, TestTime } from './test-time.ts';

/** What {@link createPastJobs} takes. */
export interface PastJobsOptions
  extends Pick<EngineOptions<never>, 'alerts' | 'concurrency' | 'minIntervalMs' | 'retention' | 'version'> {
  /** The database of the store, such as `jobs.db`; created if missing. */
  readonly file: string;
  readonly databaseId?: string | undefined;
  /** When the history begins (ms since 1970). */
  readonly from: number;
  /** Their handlers run inline, and get no dependencies. They wait on the clock: `clock.sleep("5m")`. */
  readonly types: (clock: TestClock) => readonly JobType[];
  readonly random?: () => number;
}

/** The engine at a time of the past. */
export type PastJobs = Omit<UntypedJobs, 'start' | 'tick' | 'stop'> & {
  readonly clock: TestClock;
  /** Lets all happen up to an instant (ms since 1970): slots at their time, all else at most 30 s late. */
  advanceTo(at: number): Promise<void>;
  /** Closes the database. Runs that have not ended restart with the next engine that opens it. */
  stop(): Promise<void>;
};

const STEP_MS = 30_000;
const STOP_STEP_MS = 20;
const QUICK_TURNS = 200;
const ignore = () => undefined;
const SILENT: EngineLogger = { debug: ignore, info: ignore, warn: ignore, error: ignore };
const NEVER_LATE = { enable: () => true, disable: () => true, reset: ignore, percentile: () => 0 };

/**
 * Makes history: an engine over a SQLite file whose clock you move, so that a day of runs takes seconds, for
 * demos, pictures and tests of pages. All rows are written by the engine itself, as on that day.
 */
export async function createPastJobs(options: PastJobsOptions): Promise<PastJobs> {
  const { file, databaseId, from, types, random = () => 0.5, ...rest } = options;
  const time = new TestTime(from);
  const { clock } = time;
  let ends = 0;
  const handlers = new RunningHandlers({
    monotonic: clock.monotonic,
    // The clock stops at each step anyway.
    timeoutMsOf: () => Number.POSITIVE_INFINITY,
  });
  // Tests on other stores need no SQLite.
  const { createSqliteStore } = await import('../stores/sqlite/store.ts');
  const engine = createEngine({
    ...rest,
    store: createSqliteStore({
      file,
      clock: time.engine,
      ...(databaseId === undefined ? {} : { databaseId }),
    }),
    jobTypes: types(clock).map((type) =>
      handlers.watch({
        ...type,
        run: async (ctx, deps) => {
          try {
            return await type.run(ctx, deps);
          } finally {
            ends += 1;
          }
        },
      }),
    ),
    deps: undefined as never,
    logger: SILENT,
    clock: time.engine,
    random,
    loopDelay: NEVER_LATE,
    autoRun: false,
  });
  await engine.start();
  /** Gives handlers that do not wait for the clock real time. */
  const settleHandlers = async () => {
    for (let turns = 0; handlers.busiest !== undefined; turns++)
      await (turns < QUICK_TURNS ? nextTurn() : realSleep(1));
  };
  /** Again while handlers end without having waited for the clock. */
  const tick = async () => {
    for (let ended = -1; ended !== ends; ) {
      ended = ends;
      await engine.tick();
      await settleHandlers();
    }
  };
  return {
    ...engine,
    clock,
    advanceTo: async (at) => {
      await tick();
      while (clock.now() < at) {
        const step = Math.min((Math.floor(clock.now() / STEP_MS) + 1) * STEP_MS, at);
        const before = ends;
        time.moveTo(Math.min(step, time.nextTimerAt));
        await settleHandlers();
        // In between, handlers have only gone on to their next wait.
        if (clock.now() === step || ends !== before) await tick();
      }
    },
    stop: async () => {
      let isOver = false;
      const ended = engine.stop().finally(() => {
        isOver = true;
      });
      while (!isOver) {
        time.moveTo(clock.now() + STOP_STEP_MS);
        await nextTurn();
      }
      await ended;
    },
  };
}
