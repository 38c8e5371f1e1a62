import { declaredCalendarsRule } from '../core/calendars/check-calendar.ts';
import { loggerRule, tracingRule } from '../core/input/adapter-rules.ts';
import { checkOptions } from '../core/input/check-options.ts';
import { declaredJobsRule, hookFields, jobTypesRule } from '../core/input/definition-fields.ts';
import {
  aFunction,
  alsoNamed,
  anything,
  finiteNumber,
  required,
  time,
  wholeNumber,
} from '../core/input/rule.ts';
import { shape } from '../core/input/shape.ts';
import type { DeclaredJob } from '../core/job-types/declared-job.ts';
import type { JobHooks, JobType } from '../core/job-types/job-type.ts';
import type { DepsOf, ResultOf } from '../core/job-types/job-type-inference.ts';
import type { JobEvent } from '../core/model/events.ts';
import { parseWholeMs } from '../core/time/duration.ts';
import { type TimeInput, timeText } from '../core/time/time-input.ts';
import { LAST_INSTANT, parseTimestamp } from '../core/time/timestamp.ts';
import { createEngine, type UntypedJobs } from '../engine/engine.ts';
import type { EngineOptions } from '../engine/options.ts';
import type { EngineLogger } from '../engine/ports/engine-logger.ts';
import type { Jobs, JobTypes } from '../engine/ports/jobs-port.ts';
import { outboundRule } from '../outbound/options-rule.ts';
import { createMemoryDatabase, createMemoryStore, type MemoryDatabase } from '../stores/memory/index.ts';
import { ClockDriver } from './clock-driver.ts';
import { parseLength } from './parse-length.ts';
import { RunningHandlers } from './running-handlers.ts';
import { runsOf, type TestRun } from './test-runs.ts';
import { type TestClock, TestTime } from './test-time.ts';

interface TestSettings
  extends Partial<
      Pick<
        EngineOptions<never>,
        'calendars' | 'concurrency' | 'minIntervalMs' | 'outbound' | 'release' | 'tracing'
      >
    >,
    JobHooks {
  /** When the test begins. Default `2026-01-01T00:00:00Z`. */
  readonly at?: TimeInput;
  /** Default: nothing is printed. */
  readonly logger?: EngineLogger;
  /** In [0, 1), for the jitter of retries. Default: always 0.5, the middle, so retries have no jitter. */
  readonly random?: () => number;
  /** How long a handler may take without waiting for the test clock (real ms). Default 3,000. */
  readonly realTimeLimitMs?: number;
  /** Called with the time (ms since 1970) at the start and after each move, such as `vi.setSystemTime`. */
  readonly onTime?: (now: number) => void;
}

/** What all types depend on, or a function that makes it with the test clock. */
type TestDeps<Deps> = unknown extends Deps
  ? { readonly deps?: undefined }
  : { readonly deps: Deps | ((test: { readonly clock: TestClock }) => Deps) };

export type TestJobsOptions<Types extends JobTypes> = TestSettings & {
  /** They run on the event loop of the test, also those with `isolation: 'thread'`. */
  readonly types: Types;
  /** Jobs that the code declares, as for `createJobs`: they are there from the start of the test. */
  readonly jobs?: readonly DeclaredJob<NoInfer<Types>[number]['type']>[];
} & TestDeps<DepsOf<Types>>;

const optionRules = required(
  shape<TestSettings & { readonly types: unknown; readonly jobs?: unknown; readonly deps?: unknown }>(
    'options such as { types: [rates] }',
    {
      types: required(jobTypesRule),
      jobs: declaredJobsRule,
      calendars: declaredCalendarsRule,
      release: wholeNumber({ min: 0 }),
      deps: alsoNamed(anything, 'dependencies'),
      at: alsoNamed(time, 'now', 'start'),
      concurrency: wholeNumber({ min: 0, max: 100_000 }),
      minIntervalMs: finiteNumber({ min: 0 }, ' of ms'),
      outbound: outboundRule,
      tracing: tracingRule,
      logger: loggerRule,
      random: aFunction('a function that returns a number in [0, 1)'),
      ...hookFields,
      realTimeLimitMs: finiteNumber({ min: 1 }, ' of ms'),
      onTime: aFunction('a function (now) => void'),
    },
  ),
);

/**
 * An engine in memory that acts only when the test moves its clock. All methods of `Jobs` work at its time.
 * `enqueueAndWait` moves the clock itself, from event to event, until the run has ended.
 */
export type TestJobs<Types extends JobTypes = JobTypes> = Omit<Jobs<Types>, 'start' | 'tick'> & TestControls;

export interface TestControls extends AsyncDisposable {
  /** Moves by itself only in `advance`, `advanceTo` and `settle`. */
  readonly clock: TestClock;
  /**
   * Moves the clock by `duration` (`90s`, `2d`, or ms), and lets each slot, retry and timer happen at its own
   * millisecond. Handlers run for real and are awaited, unless they wait on the test clock. Rejects when a
   * handler takes more real time than `realTimeLimitMs`.
   */
  advance(duration: string | number): Promise<void>;
  /** {@link advance} to an instant that is not in the past. */
  advanceTo(time: TimeInput): Promise<void>;
  /** Lets all happen that is due now, without moving the clock. */
  settle(): Promise<void>;
  /**
   * Moves the clock by `duration`, and lets nothing happen meanwhile: as if the process had stood still. The
   * next `settle` or `advance` then catches up (P6, catch-up).
   */
  skip(duration: string | number): void;
  /**
   * The runs so far in the order of their creation, skipped ones included: all, those of a job (its id), or
   * those of a type.
   */
  runs<Of extends string | JobType>(of?: Of): readonly TestRun<ResultIf<Of>>[];
  /** The newest of {@link runs}. Throws if there is none. */
  lastRun<Of extends string | JobType>(of?: Of): TestRun<ResultIf<Of>>;
  /** All events so far. */
  readonly events: readonly JobEvent[];
}

type ResultIf<Of> = Of extends JobType ? ResultOf<Of> : unknown;

const DEFAULT_START = '2026-01-01T00:00:00Z';
const DEFAULT_CONCURRENCY = 10;
/** How far (ms) `enqueueAndWait` moves the clock for a run that does not end. */
const LONGEST_WAIT_MS = 30 * 86_400_000;
const ignore = () => undefined;
const SILENT: EngineLogger = { debug: ignore, info: ignore, warn: ignore, error: ignore };
/** An event loop that is never late: on a busy machine, a late one would hold back claims. */
const NEVER_LATE = { enable: () => true, disable: () => true, reset: ignore, percentile: () => 0 };

/**
 * Makes and starts an engine for a test, over an empty memory store and a clock that only the test moves:
 * days of schedules run in milliseconds, each run at its exact time. Nothing is pruned. `await using`, or
 * `stop()`, ends it.
 */
export function createTestJobs<const Types extends JobTypes>(
  options: TestJobsOptions<Types>,
): Promise<TestJobs<Types>>;
export async function createTestJobs(
  given: UncheckedOptions,
): Promise<Omit<UntypedJobs, 'start' | 'tick'> & TestControls> {
  checkOptions('createTestJobs', optionRules, given);
  const { types, deps, ...options } = given;
  const { concurrency = DEFAULT_CONCURRENCY, realTimeLimitMs = 3_000, onTime } = options;
  const database = createMemoryDatabase();
  const time = new TestTime(timeOf(options.at ?? DEFAULT_START));
  const { clock } = time;
  onTime?.(clock.now());
  const timeoutMsOf = (jobUid: string) => database.requireJob(jobUid).job.timeoutMs;
  const handlers = new RunningHandlers({ monotonic: clock.monotonic, timeoutMsOf });
  const engine = createEngine({
    ...options,
    ...handlers.watchHooks(options),
    store: createMemoryStore({ clock: time.engine, database }),
    jobTypes: types.map((type) => handlers.watch(type)),
    // The signature above has checked that the handlers get what they take.
    deps: (typeof deps === 'function' ? deps({ clock }) : deps) as never,
    concurrency,
    logger: options.logger ?? SILENT,
    clock: time.engine,
    random: options.random ?? (() => 0.5),
    loopDelay: NEVER_LATE,
    autoRun: false,
  });
  await engine.start();
  const driver = new ClockDriver({ engine, database, time, handlers, concurrency, realTimeLimitMs, onTime });
  const events: JobEvent[] = [];
  engine.subscribe((event) => {
    if (event !== 'reset') events.push(event);
  });
  const stop: Jobs['stop'] = (how) => driver.stop(engine.stop(how));
  const enqueueAndWait: UntypedJobs['enqueueAndWait'] = async (type, payload, how) => {
    const wait = engine.enqueueAndWait(type, payload, how);
    // The clock stops at the end of the wait. The engine has refused a timeout that is no text.
    const timeout = parseWholeMs(String(how?.timeout));
    const cancel = timeout.ok ? clock.setTimer(timeout.value, ignore) : ignore;
    return driver.advanceUntilSettled(wait, LONGEST_WAIT_MS).finally(cancel);
  };
  return {
    ...engine,
    enqueueAndWait,
    stop,
    [Symbol.asyncDispose]: () => stop(),
    clock,
    advance: async (duration) => driver.advanceTo(after(clock.now(), parseLength(duration))),
    advanceTo: async (to) => driver.advanceTo(notBefore(clock.now(), timeOf(to))),
    settle: () => driver.advanceTo(clock.now()),
    skip: (duration) => driver.skipTo(after(clock.now(), parseLength(duration))),
    runs: (of) => runsOf(database, of),
    lastRun: (of) => lastRunOf(database, of),
    events,
  };
}

interface UncheckedOptions extends TestSettings {
  readonly types: JobTypes;
  readonly jobs?: readonly DeclaredJob[];
  readonly deps?: unknown;
}

function timeOf(time: TimeInput): number {
  const parsed = parseTimestamp(timeText(time));
  if (parsed.ok) return parsed.value;
  throw new RangeError(`A time of a test ${parsed.detail}.`);
}

function after(now: number, ms: number): number {
  if (now + ms <= LAST_INSTANT) return now + ms;
  throw new RangeError('The test clock can only go to the end of the year 9999.');
}

function notBefore(now: number, to: number): number {
  if (to >= now) return to;
  const [from, earlier] = [now, to].map((ms) => new Date(ms).toISOString());
  throw new RangeError(`The test clock is at ${from} and only moves forward; it can't go to ${earlier}.`);
}

function lastRunOf<Result>(database: MemoryDatabase, of: string | JobType | undefined): TestRun<Result> {
  const last = runsOf<Result>(database, of).at(-1);
  if (last !== undefined) return last;
  if (of === undefined) throw new Error('Nothing has run yet.');
  throw new Error(
    typeof of === 'string' ? `The job "${of}" has no run yet.` : `The type ${of.type} has no run yet.`,
  );
}
