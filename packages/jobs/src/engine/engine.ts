import { mustNotOverlap } from '../core/job.ts';
import type { Notice } from '../core/membership.ts';
import type { JobStore } from '../core/store.ts';
import { type ApiDeps, writesTo } from './api/command-effects.ts';
import { createJobApi } from './api/job-api.ts';
import { backoffFields } from './api/job-definition.ts';
import { createRunApi } from './api/run-api.ts';
import { hearStrayErrors } from './attempts/stray-errors.ts';
import type { Engine, JobTypeInfo } from './engine-port.ts';
import type { NodeActivity } from './engine-stats.ts';
import { EventFeed } from './events/event-feed.ts';
import { createRegistry, type RegisteredType, type Registry } from './job-types/registry.ts';
import { Node } from './nodes/node.ts';
import { nodeStats, selfStats } from './nodes/node-stats.ts';
import { type EngineOptions, type Settings, settingsOf } from './options.ts';
import { Dispatcher } from './pass/dispatcher.ts';
import { Executor } from './places/executor.ts';
import { Reporter } from './places/reporter.ts';
import { Pruner } from './pruner.ts';
import { endHandlers, refuseStopped, settleRest } from './shutdown.ts';
import { HealthCounter } from './stats/health-counter.ts';
import { Meter } from './stats/meter.ts';
import { refuseInJobThread } from './threads/job-thread.ts';
import { loadThreads } from './threads/load-threads.ts';
import { ThreadPool } from './threads/thread-pool.ts';
import { PassLoop } from './timing/pass-loop.ts';
import { Throttle } from './timing/throttle.ts';

/**
 * Passes are at least so far apart, unless there is much to do: what comes due within it is written together.
 */
const MIN_GAP_MS = 2;

/**
 * Makes an engine over a store. Throws for job types that can't be registered (P21). Nothing is opened or run
 * before `start()`; but it hears of the requests of the process's HTTP servers from now on, until `stop()`.
 */
export function createEngine<Deps>(options: EngineOptions<Deps>): Engine {
  const settings = settingsOf(options);
  return compose(options, settings, createRegistry(options.jobTypes));
}

function compose<Deps>(options: EngineOptions<Deps>, settings: Settings, registry: Registry<Deps>): Engine {
  const { store } = options;
  const { clock, logger } = settings;
  const types = settings.concurrency === 0 ? {} : registry.versions;
  const events = new EventFeed({
    clock,
    failed: (error) =>
      logger.error({ err: error }, 'a listener to job events threw; it hears no more of them'),
    watch: (isWatching) => node.watch(isWatching),
    tell: (told) => node.tell({ kind: 'events', events: told }),
  });
  const meter = new Meter(
    clock,
    registry.types.map(({ jobType }) => jobType.type),
  );
  const throttle = new Throttle({ clock, floor: settings.concurrency, loopDelay: settings.loopDelay });
  const threads = new ThreadPool(settings);
  const executor = new Executor<Deps>({
    settings,
    registry,
    deps: options.deps,
    threads,
    settled: (ended) => dispatcher.settle(ended),
    failReturned: (attempt, failure): boolean => dispatcher.failReturned(attempt, failure),
    started(attempt) {
      reporter.watch();
      const { claimed, owner } = attempt;
      meter.started(owner.type, attempt.startedAt - claimed.availableAt);
      events.emit('run.started', owner.id, claimed.id, { attempt: claimed.attempt });
    },
    released: (late) => dispatcher.released(late),
  });
  const cancel = (runId: string) => {
    // One that has not started yet is given back, and so cancelled.
    dispatcher.takeBack({ runId });
    executor.cancel(runId);
  };
  const node = new Node({
    settings,
    store,
    types,
    lookNow: () => dispatcher.lookNow(),
    takeBack: (jobId) => dispatcher.takeBack({ jobId }),
    cancel,
    leaseEnding() {
      dispatcher.takeBack({});
      executor.abortAll('lease', mustNotOverlap);
    },
    abandon() {
      // Their fences tell whether somebody has taken them over: if not, they are given back.
      dispatcher.takeBack({});
      executor.abortAll('stale');
    },
    runsOver: (ended) => events.runsOver(ended),
    joined: () => events.joined(),
    others: (others) => events.meet(others),
    hear: (told) => events.hear(told),
    missed: () => events.missed(),
    state: () => ({
      busy: executor.busy,
      buffered: executor.unstarted.waiting,
      throttled: throttle.isThrottled,
      eventLoopDelayMs: throttle.delayMs,
    }),
  });
  const loop = new PassLoop({
    clock,
    minGapMs(passMs) {
      const pauseMs = Math.min(throttle.pauseMs(passMs), dispatcher.slotsInMs);
      return Math.max(dispatcher.wasFull ? 0 : MIN_GAP_MS, pauseMs);
    },
    atOnce: () => (dispatcher.mayBeginBeside && !throttle.isBesideRequests ? 2 : 1),
    pass: () => dispatcher.pass(),
    failed: (error) =>
      logger.error(
        { err: error },
        'the job store failed; what has ended is kept, and tried again in a second',
      ),
  });
  const dispatcher = new Dispatcher<Deps>({
    settings,
    store,
    node,
    types,
    executor,
    throttle,
    events,
    meter,
    wake: (ms) => loop.wake(ms),
  });
  const reporter = new Reporter({ settings, store, executor, events });
  const pruner = new Pruner({ store, clock, retention: settings.retention, logger });
  const health = new HealthCounter({ store, clock, handlers: () => node.liveTypes });
  const activity = (): NodeActivity => ({
    ...meter.read(),
    settling: dispatcher.settling,
    failingMs: dispatcher.failures.failingMs,
    listeners: events.listeners,
    node: selfStats(node.self, { now: clock.now(), isFailing: dispatcher.failures.failingMs > 0 }),
    lease: node.lease,
  });
  const lookNow = () => dispatcher.lookNow();
  // One that never fires, where the store notices no loss.
  const lost = store.lost ?? new AbortController().signal;
  lost.addEventListener('abort', () => {
    logger.error(
      { err: lost.reason },
      'the job database is lost; nothing more starts, and handlers are told to stop',
    );
    dispatcher.stopClaiming();
    executor.pause();
    executor.abortAll('shutdown');
  });
  const tell = (notice: Notice) => node.tell(notice);
  const manage: ApiDeps<Deps> = {
    settings,
    store,
    writes: writesTo(store, { replyLost: () => dispatcher.replyLost(), tell }),
    registry,
    handlers: () => node.liveTypes,
    events,
    meter,
    lookNow,
    jobMade: (wakeAt) => dispatcher.jobMade(wakeAt),
    claiming: (jobId, ask, tell) => dispatcher.command(jobId, ask, tell),
    takeBack: (which) => dispatcher.takeBack(which),
    cancel,
    tell,
  };
  let opened: Promise<void> | undefined;
  const stopping = new AbortController();
  let stopHearing: (() => void) | undefined;
  const open = () => {
    opened ??= openStore(store, settings, {
      node,
      events,
      loading: () => loadThreads({ threads, registry, settings, stopping: stopping.signal }),
    });
    return opened;
  };

  const pass = async () => {
    await dispatcher.pass();
    await reporter.pass();
  };

  return {
    ...createJobApi(manage),
    ...createRunApi(manage),

    async start() {
      refuseStopped(stopping.signal);
      await open();
      if (stopping.signal.aborted) return;
      if (settings.strayErrors !== 'off') stopHearing ??= hearStrayErrors();
      if (!settings.autoRun) return;
      reporter.start();
      // The thread in which the modules were loaded is let go of when no run needs it.
      if (threads.hasAny) reporter.watch();
      pruner.start();
      loop.start();
    },

    async stop({ serving } = {}) {
      // A start under way loads modules no further.
      stopping.abort();
      // Whether it ends well is for whoever serves: what is open here is closed all the same.
      const served = Promise.allSettled([serving]);
      dispatcher.stopClaiming();
      executor.pause();
      for (const ended of executor.unstarted.takeBack({})) dispatcher.settle(ended);
      // What a start under way opens has to be closed; whether it could be opened is told to who started.
      await Promise.allSettled([opened]);
      await endHandlers(executor, threads, settings);
      await Promise.all([loop.stop(), reporter.stop(), pruner.stop()]);
      throttle.stop();
      await dispatcher.commandsEnded();
      await settleRest(dispatcher, settings);
      await served;
      events.stop();
      await node.leave();
      await store.close();
      stopHearing?.();
    },

    async tick() {
      if (opened === undefined) refuseStopped(stopping.signal);
      await open();
      do await pass();
      while ((await settledDown(executor, dispatcher)) > 0);
    },

    async check() {
      const { fault } = dispatcher.failures;
      if (fault !== undefined) throw fault;
      await store.check();
    },
    lost,

    jobTypes: () => registry.types.map(typeInfo),
    listAudit: (query) => store.listAudit(query),
    subscribe: (listener, after) => events.subscribe(listener, after),

    async stats() {
      const [stored, known, counts] = await Promise.all([
        store.stats({ hours: 24 }),
        store.listNodes(),
        health.read(),
      ]);
      const now = clock.now();
      const own = activity();
      return { ...stored, ...own, now, health: counts, nodes: nodeStats(known, own.node, now) };
    },
    activity,
  };
}

/**
 * P9: on SQLite a start proves that every other node is dead, so what they had claimed is taken back at once.
 */
async function openStore(
  store: JobStore,
  { logger }: Settings,
  { node, events, loading }: { readonly node: Node; readonly events: EventFeed; loading(): Promise<void> },
): Promise<void> {
  refuseInJobThread();
  const [opening, loaded] = await Promise.allSettled([store.open(), loading()]);
  if (opening.status === 'rejected') throw opening.reason;
  try {
    if (loaded.status === 'rejected') throw loaded.reason;
    await node.join();
    const { recovered, failed, ended = [] } = await store.recover({ node: node.id, tellsEnded: true });
    if (recovered + ended.length > 0)
      logger.warn({ recovered, failed }, 'took back runs of a process that ended');
    events.runsOver(ended);
  } catch (error) {
    // Its connections and timers would keep a process alive that has nothing to do.
    await node.leave();
    await store.close();
    throw error;
  }
}

/** Lets handlers that wait for nothing come to their end; returns how much there is to settle. */
async function settledDown<Deps>(executor: Executor<Deps>, dispatcher: Dispatcher<Deps>): Promise<number> {
  let turn = 0;
  // One turn at least: a stray error of a handler that has returned comes before its end is written.
  do await new Promise<void>((resolve) => void setImmediate(resolve));
  while (++turn < 20 && executor.busy + executor.unstarted.waiting > 0);
  return dispatcher.unsettled;
}

function typeInfo<Deps>({
  jobType,
  timeoutMs,
  maxAttempts,
  backoff,
  payloadSchema,
}: RegisteredType<Deps>): JobTypeInfo {
  const { type, description, version, isolation } = jobType;
  const defaults = jobType.payload.safeParse({});
  return {
    type,
    description,
    version,
    isolation,
    timeoutMs,
    maxAttempts,
    backoff: backoffFields(backoff),
    payloadSchema,
    defaults: defaults.success ? defaults.data : undefined,
    operatorsMaySet: jobType.operatorsMaySet,
  };
}
