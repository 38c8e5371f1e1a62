import type { DeclaredCalendar } from '../core/calendars/check-calendar.ts';
import type { Clock } from '../core/clock.ts';
import type { DeclaredJob } from '../core/job-types/declared-job.ts';
import type { JobHooks, JobType } from '../core/job-types/job-type.ts';
import type { ThreadDeps } from '../core/job-types/thread-deps.ts';
import type { OutboundOptions } from '../core/outbound/outbound.ts';
import { LOOK_AHEAD_MS } from '../core/rules/slots.ts';
import type { JobStore, Retention } from '../core/store/store.ts';
import { createSystemClock } from '../system-clock.ts';
import { guardedLogger } from './host/guarded-logger.ts';
import { guardedTracing } from './host/guarded-tracing.ts';
import { stderrLogger } from './host/stderr-logger.ts';
import type { AlertOptions } from './ports/alerts-port.ts';
import type { EngineLogger } from './ports/engine-logger.ts';
import type { Tracing } from './ports/tracing.ts';
import type { LoopDelay } from './timing/throttle.ts';

export interface EngineOptions<Deps> extends JobHooks {
  readonly store: JobStore;
  readonly jobTypes: readonly JobType<Deps>[];
  /**
   * Jobs that this program declares with `job()` (P28, jobs in code). `start()` makes them, changes them, and
   * pauses those that it finds no more. Absent: it leaves the jobs of other programs alone.
   */
  readonly jobs?: readonly DeclaredJob[];
  /**
   * Calendars that this program declares, by id (P28, jobs in code). `start()` writes them before jobs, and
   * deletes those that it finds no more, once no job uses them. Absent: it leaves all calendars alone.
   */
  readonly calendars?: Readonly<Record<string, DeclaredCalendar>>;
  /**
   * The number of this release, such as a build number: of all live nodes, the declarations of the highest
   * one hold. Default 0.
   */
  readonly release?: number;
  /** What inline handlers get as their second argument. */
  readonly deps: Deps;
  /** What handlers in threads get as their second argument: each thread makes its own. */
  readonly threadDeps?: ThreadDeps;
  /** Heap (MB) of a job's thread, unless its type sets it. Buffers and SQLite do not count. Default 512. */
  readonly threadMemoryMb?: number;
  /** Places of this node; 0 makes it an API-only node. Default 10. */
  readonly concurrency?: number;
  /** Default 1,000. */
  readonly minIntervalMs?: number;
  /** How long `stop()` waits for handlers before it aborts them. Default 20,000. */
  readonly shutdownTimeoutMs?: number;
  readonly retention?: Partial<Retention>;
  /** How people are told what happens (P24, alerts). Channels are set up over the API. */
  readonly alerts?: AlertOptions;
  /** What `ctx.outbound` and all requests of the engine itself may be sent to (P27, HTTP requests). */
  readonly outbound?: OutboundOptions;
  /**
   * Keys that seal the secret fields of payloads, stored secrets and the secrets of alert channels (P40,
   * secrets in payloads): texts of at least 32 random characters. The first one seals, and each opens what it
   * has sealed. Give all nodes the same. Without any, job types with secret fields and stored secrets are
   * refused.
   */
  readonly secretKeys?: readonly string[];
  /**
   * Stray errors of inline handlers are unawaited rejections and errors in callbacks. `fail_attempt`
   * (default): the attempt fails. `off`: the process gets them, and by default ends.
   */
  readonly strayErrors?: 'fail_attempt' | 'off';
  /**
   * A monitor that hears each minute that this node plans and claims, and nothing while it does not (P26,
   * pings), such as `https://hc-ping.com/…`.
   */
  readonly heartbeatUrl?: string;
  /** The version of the program, for `GET /api/job-stats`. */
  readonly version?: string;
  /** Absent: warnings, errors and failed attempts go to stderr, a line each. */
  readonly logger?: EngineLogger;
  /** Such as that of `@greenvue/jobs/opentelemetry`. Absent: nothing is traced. */
  readonly tracing?: Tracing;
  readonly clock?: Clock;
  /** In [0, 1): jitter of retries. */
  readonly random?: () => number;
  /** Measures how late the event loop is: a late one makes the engine claim less. Default: Node's. */
  readonly loopDelay?: LoopDelay;
  /** False: nothing happens but by `tick()`. For tests. Default true. */
  readonly autoRun?: boolean;
}

/** The options with their defaults filled in. */
export interface Settings
  extends Required<
    Pick<
      EngineOptions<never>,
      | 'concurrency'
      | 'minIntervalMs'
      | 'shutdownTimeoutMs'
      | 'version'
      | 'logger'
      | 'clock'
      | 'random'
      | 'autoRun'
      | 'strayErrors'
      | 'threadMemoryMb'
      | 'alerts'
      | 'outbound'
      | 'secretKeys'
    >
  > {
  readonly retention: Retention;
  readonly heartbeatUrl: string | undefined;
  /** Undefined: the program declares neither jobs nor calendars, and gives no release. */
  readonly release: number | undefined;
  /** The ids of the jobs that the program declares. Undefined: it declares neither jobs nor calendars. */
  readonly declares: readonly string[] | undefined;
  readonly loopDelay: LoopDelay | undefined;
  readonly threadDeps: ThreadDeps | undefined;
  readonly tracing: Tracing | undefined;
  /** How long before their time slots are taken and runs claimed; 0 without `autoRun`. */
  readonly aheadMs: number;
}

const DAY_MS = 86_400_000;

/** P18, bounds. */
const DEFAULT_RETENTION: Retention = {
  finishedPerJob: 1_000,
  skippedPerJob: 200,
  maxAgeMs: 30 * DAY_MS,
  countsMaxAgeMs: 90 * DAY_MS,
};

export function settingsOf<Deps>(options: EngineOptions<Deps>): Settings {
  const { threadMemoryMb = 512, tracing, calendars } = options;
  const declares = options.jobs?.map(({ input }) => input.id) ?? (calendars && []);
  const concurrency = options.concurrency ?? 10;
  const autoRun = options.autoRun ?? true;
  const logger = guardedLogger(options.logger ?? stderrLogger());
  return {
    concurrency,
    minIntervalMs: options.minIntervalMs ?? 1_000,
    shutdownTimeoutMs: options.shutdownTimeoutMs ?? 20_000,
    alerts: options.alerts ?? {},
    outbound: options.outbound ?? {},
    secretKeys: options.secretKeys ?? [],
    heartbeatUrl: options.heartbeatUrl,
    release: options.release ?? (declares === undefined ? undefined : 0),
    declares,
    retention: { ...DEFAULT_RETENTION, ...options.retention },
    version: options.version ?? '',
    logger,
    clock: clockOf(options),
    random: options.random ?? Math.random,
    loopDelay: options.loopDelay,
    autoRun,
    aheadMs: autoRun ? LOOK_AHEAD_MS : 0,
    strayErrors: options.strayErrors ?? 'fail_attempt',
    threadDeps: options.threadDeps,
    threadMemoryMb,
    tracing: tracing && guardedTracing(tracing, logger),
  };
}

/** P17, clock: the time of day is the store's; lengths and timers are the process's. */
function clockOf<Deps>({ store, clock = createSystemClock() }: EngineOptions<Deps>): Clock {
  return {
    now: () => store.now(),
    monotonic: () => clock.monotonic(),
    setTimer: (ms, fire) => clock.setTimer(ms, fire),
  };
}
