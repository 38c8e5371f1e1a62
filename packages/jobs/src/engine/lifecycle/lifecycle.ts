import type { ClosableOutboundClient } from '../../outbound/outbound-client.ts';
import { listenForStrayErrors } from '../attempts/stray-errors.ts';
import type { BulkCommands } from '../bulk/bulk-commands.ts';
import type { JobsInCode } from '../declarations/jobs-in-code.ts';
import type { EngineParts } from '../engine-parts.ts';
import { Heartbeats } from '../pings/heartbeats.ts';
import { type Engine, EngineError } from '../ports/engine-port.ts';
import { checkKeys } from '../secrets/check-keys.ts';
import { refuseInJobThread } from '../threads/job-thread.ts';
import { loadThreads } from '../threads/load-threads.ts';
import type { RunListeners } from '../watching/run-listeners.ts';
import type { RunWaits } from '../watching/run-waits.ts';
import { NodeMembership } from './node-membership.ts';
import type { PauseWatch } from './pause-watch.ts';
import { Pruner } from './pruner.ts';
import { endHandlers, endListeners, settleRest } from './shutdown.ts';
import { TypeLimitsAtStart } from './type-limits.ts';

/** Why its methods can't be used. */
const UNAVAILABLE = {
  new: 'The engine has not started: await jobs.start() first.',
  starting: 'The engine is starting: await jobs.start() first.',
  failed: 'The engine could not start: the error of jobs.start() says why.',
  stopped: 'The engine has stopped: make a new one with createJobs(), and start it.',
} as const;

interface LifecycleDeps extends EngineParts {
  readonly listeners: RunListeners;
  readonly waits: RunWaits;
  readonly outbound: ClosableOutboundClient;
  readonly pauseWatch: PauseWatch;
  readonly bulk: BulkCommands;
  readonly jobsInCode: JobsInCode;
}

/** Opens, starts and stops the engine. */
export class Lifecycle implements Pick<Engine, 'start' | 'stop' | 'tick' | 'check' | 'lost'> {
  readonly #with: LifecycleDeps;
  readonly membership: NodeMembership;
  readonly lost: AbortSignal;
  readonly #typeLimits: TypeLimitsAtStart;
  readonly #pruner: Pruner;
  readonly #heartbeats: Heartbeats;
  readonly #stopping = new AbortController();
  #opened: Promise<void> | undefined;
  #keysChecked: Promise<void> | undefined;
  #state: keyof typeof UNAVAILABLE | 'started' = 'new';
  #stopListening: (() => void) | undefined;
  /** Of each call of `stop()`. */
  readonly #served: Promise<unknown>[] = [];
  #stopped: Promise<void> | undefined;

  constructor(deps: LifecycleDeps) {
    const { clock, logger, retention } = deps.settings;
    this.#with = deps;
    this.membership = new NodeMembership(deps);
    this.#typeLimits = new TypeLimitsAtStart(deps);
    const onFound = () => deps.dispatcher.nextPass.recheck();
    this.#pruner = new Pruner({ ...deps, clock, logger, retention, onFound });
    const beat = () => deps.pings.beat();
    this.#heartbeats = new Heartbeats({ clock, check: () => this.#checkClaims(), beat });
    // A store that notices no loss gives no signal: this one never fires.
    this.lost = deps.store.lost ?? new AbortController().signal;
    this.lost.addEventListener('abort', () => this.#databaseLost());
  }

  async start(): Promise<void> {
    const { settings, executor, threads, loop, dispatcher, alerts } = this.#with;
    this.#refuseStopped();
    await this.#open();
    if (this.#stopping.signal.aborted) return;
    if (settings.strayErrors !== 'off') this.#stopListening ??= listenForStrayErrors();
    if (!settings.autoRun) return;
    executor.reporter.start();
    // It ends the thread in which the modules were loaded, if no run needs that.
    if (threads.hasAny) executor.reporter.watch();
    this.#pruner.start();
    alerts.start();
    if (settings.heartbeatUrl !== undefined && settings.concurrency > 0) this.#heartbeats.start();
    loop.start(dispatcher);
  }

  async stop({ serving }: { readonly serving?: Promise<unknown> } = {}): Promise<void> {
    // Its caller handles a failure of `serving`. What is open here is closed either way.
    this.#served.push(Promise.allSettled([serving]));
    this.#stopped ??= this.#stop(serving !== undefined);
    return this.#stopped;
  }

  async #stop(isServing: boolean): Promise<void> {
    const { store, settings, node, dispatcher, executor, loop, throttle, events, waits } = this.#with;
    const { alerts, pings, hooks } = this.#with;
    // A start under way loads no more modules, and repeats no declaration.
    this.#stopping.abort();
    const declared = this.#with.jobsInCode.stop();
    this.#heartbeats.stop();
    // A request that waits for a run keeps `serving` open: this must not delay the stop for ever.
    const cancel = settings.clock.setTimer(settings.shutdownTimeoutMs, () => waits.stop());
    if (!isServing) waits.stop();
    dispatcher.stopClaiming();
    executor.pause();
    executor.takeBack({});
    // What a start under way opens has to be closed. Whoever started it learns whether it opened.
    await Promise.allSettled([this.#opened]);
    await endHandlers(this.#with);
    await Promise.all([
      loop.stop(),
      executor.reporter.stop(),
      this.#pruner.stop(),
      this.#with.pauseWatch.stop(),
      declared,
      this.#typeLimits.stop(),
      this.#with.bulk.stop(),
    ]);
    throttle.stop();
    await dispatcher.commands.ended();
    await settleRest(this.#with);
    // The runs that have not ended wait for the next start, unless another node runs them.
    if (!node.hasOthers) waits.stop();
    await Promise.all(this.#served);
    cancel();
    waits.stop();
    await Promise.all([endListeners(this.#with), pings.stop(), hooks.stop()]);
    await alerts.stop();
    events.stop();
    this.#with.outbound.close();
    await this.#keysChecked;
    await this.membership.leave();
    // A store that this engine could not open may serve another engine.
    if (this.#state === 'started') await store.close();
    this.#state = 'stopped';
    this.#stopListening?.();
  }

  async tick(): Promise<void> {
    const { dispatcher, executor, hooks, alerts, jobsInCode } = this.#with;
    if (this.#opened === undefined) this.#refuseStopped();
    await this.#open();
    await jobsInCode.tick();
    do {
      await dispatcher.pass();
      await executor.reporter.pass();
    } while ((await this.#awaitHandlers()) > 0);
    await hooks.settled();
    await alerts.tick();
  }

  async check(): Promise<void> {
    this.requireStarted();
    const { fault } = this.#with.dispatcher.failures;
    if (fault !== undefined) throw fault;
    await this.#with.store.check();
  }

  /** {@link check}; rejects, too, while the node claims nothing: it has no lease, or was drained. */
  async #checkClaims(): Promise<void> {
    await this.check();
    if (!this.#with.node.isMember) throw new Error('the node has no lease');
    if (this.#with.node.isDrained) throw new Error('the node was drained');
  }

  /** Throws before the end of `start()`, and after `stop()`. */
  requireStarted(): void {
    if (this.#state !== 'started') throw new EngineError('unavailable', UNAVAILABLE[this.#state]);
  }

  /** A stopped engine has closed its store: what a later start opened would stay open. */
  #refuseStopped(): void {
    if (!this.#stopping.signal.aborted) return;
    throw new EngineError(
      'unavailable',
      "The engine can't start, because it was stopped: make a new one with `createJobs()`, and a new store for it.",
    );
  }

  #open(): Promise<void> {
    this.#opened ??= this.#openStore().catch((error: unknown) => {
      this.#state = 'failed';
      throw error;
    });
    return this.#opened;
  }

  /** On SQLite, a start proves that all other nodes are dead: it takes their claims back (P9, lost nodes). */
  async #openStore(): Promise<void> {
    const { store, settings, secrets } = this.#with;
    const { keyring } = secrets;
    const { logger } = settings;
    this.#state = 'starting';
    refuseInJobThread();
    const [opening, loaded] = await Promise.allSettled([
      store.open(),
      loadThreads(this.#with, this.#stopping.signal),
    ]);
    if (opening.status === 'rejected') throw opening.reason;
    try {
      if (loaded.status === 'rejected') throw loaded.reason;
      await this.#typeLimits.open();
      await this.membership.join();
      await this.#with.pauseWatch.open();
      await this.#recover();
      await this.#with.jobsInCode.open();
      this.#state = 'started';
      this.#with.hooks.open();
      // It reads all jobs, for which no run waits.
      this.#keysChecked = checkKeys({ store, keyring, logger, signal: this.#stopping.signal });
    } catch (error) {
      // Its connections and timers would keep alive a process that has nothing to do.
      await this.membership.leave();
      await store.close();
      throw error;
    }
  }

  async #recover(): Promise<void> {
    const { store, settings, node, events, hooks, dispatcher } = this.#with;
    const {
      recovered,
      failed,
      ended = [],
      paused = [],
    } = await store.recover({ node: node.id, withEnded: true });
    if (recovered + ended.length > 0)
      settings.logger.warn({ recovered, failed }, 'took back runs of a process that ended');
    events.runsEnded(ended);
    hooks.runsOver(ended);
    dispatcher.jobsPaused(paused);
  }

  /** Lets handlers that wait for nothing come to their end. Returns how many settlements wait. */
  async #awaitHandlers(): Promise<number> {
    const { executor, settlements } = this.#with;
    await executor.allRead();
    let turn = 0;
    // One turn at least: a stray error of a handler that has returned comes before its end is written.
    do await new Promise<void>((resolve) => void setImmediate(resolve));
    while (++turn < 20 && executor.running.count + executor.unstarted.waiting > 0);
    return settlements.waiting;
  }

  #databaseLost(): void {
    const { settings, dispatcher, executor } = this.#with;
    settings.logger.error(
      { err: this.lost.reason },
      'the job database is lost; nothing more starts, and handlers are told to stop',
    );
    dispatcher.stopClaiming();
    executor.pause();
    executor.running.abortAll('shutdown');
  }
}
