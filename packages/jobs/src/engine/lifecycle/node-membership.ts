import { mustNotOverlap } from '../../core/model/job.ts';
import type { LeaseKept } from '../../core/nodes/lease.ts';
import type { NodeDrain, NodeListener, NodeState, Notice, Recovered } from '../../core/nodes/membership.ts';
import type { JobsInCode } from '../declarations/jobs-in-code.ts';
import type { EngineParts } from '../engine-parts.ts';
import type { NodeSelf } from '../stats/node-stats.ts';
import { AFTER_FAILURE_MS } from '../timing/pace.ts';
import type { PauseWatch } from './pause-watch.ts';

interface NodeMembershipDeps extends EngineParts {
  readonly pauseWatch: PauseWatch;
  readonly jobsInCode: JobsInCode;
}

/** Joins the nodes, acts on notices and on the lease, and joins again when that expired (P9, lost nodes). */
export class NodeMembership {
  readonly #with: NodeMembershipDeps;
  #joining: Promise<void> | undefined;
  #cancelRetry: (() => void) | undefined;
  #isStopped = false;

  constructor(deps: NodeMembershipDeps) {
    this.#with = deps;
  }

  get self(): NodeSelf {
    const { node } = this.#with;
    return { ...node.info, ...this.#state, isMember: node.isMember };
  }

  /** Rejects when the store can't be used. */
  join(): Promise<void> {
    const joining = this.#join();
    const ended = () => undefined;
    this.#joining = joining.then(ended, ended);
    return joining;
  }

  async leave(): Promise<void> {
    this.#isStopped = true;
    this.#cancelRetry?.();
    await this.#joining;
    await this.#with.node.left()?.leave();
  }

  async #join(): Promise<void> {
    const { store, node, events } = this.#with;
    const info = node.joining();
    const membership = await store.join(info, this.#listenerOf(info.id));
    if (this.#isStopped) return membership.leave();
    node.joined(membership);
    events.joined();
  }

  /** `id`: the lease of an earlier id no longer matters. */
  #listenerOf(id: string): NodeListener {
    const { settings, node, events, dispatcher } = this.#with;
    return {
      notice: (notice) => this.#receive(notice),
      others: (others) => {
        node.othersChanged(others);
        events.othersChanged(others);
        this.#with.pauseWatch.othersChanged();
        this.#with.jobsInCode.othersChanged();
      },
      missed: () => {
        events.noticesMissed();
        this.#with.pauseWatch.changed();
        dispatcher.nextPass.recheck();
      },
      drain: (drain) => this.#drained(drain, id),
      recovered: (recovered) => this.#recovered(recovered),
      lease: (lease) => this.#leaseChanged(lease, id),
      lost: () => this.#expired(id),
      degraded: (why) => settings.logger.warn({ node: id }, why),
      state: () => this.#state,
    };
  }

  get #state(): NodeState {
    const { executor, throttle } = this.#with;
    return {
      busy: executor.running.count,
      buffered: executor.unstarted.waiting,
      throttled: throttle.isThrottled,
      eventLoopDelayMs: throttle.delayMs,
    };
  }

  #receive(notice: Notice): void {
    const { dispatcher, events } = this.#with;
    switch (notice.kind) {
      case 'wake':
        return dispatcher.nextPass.recheck();
      case 'job_changed':
        dispatcher.takeBack({ jobId: notice.jobId });
        return dispatcher.nextPass.recheck();
      case 'cancel':
        for (const runId of notice.runIds) dispatcher.cancelRun(runId);
        return undefined;
      case 'all_paused':
        return this.#with.pauseWatch.changed();
      case 'node_drain':
        // The store tells the node itself.
        return undefined;
      case 'events':
        return events.receive(notice.events);
      default:
        return notice satisfies never;
    }
  }

  #drained(drain: NodeDrain | undefined, id: string): void {
    const { settings, node, dispatcher } = this.#with;
    if (this.#isStopped || id !== node.id || node.isDrained === (drain !== undefined)) return;
    node.drained(drain);
    const { by } = drain ?? {};
    settings.logger.info({ node: id, by }, drain === undefined ? RESUMED : DRAINED);
    // Runs that have not started here go to other nodes.
    if (drain !== undefined) dispatcher.takeBack({});
    dispatcher.nextPass.recheck();
  }

  #recovered({ nodes, recovered, failed, ended, paused, hasAlerts }: Recovered): void {
    const { settings, alerts, events, hooks, dispatcher } = this.#with;
    if (nodes + recovered + ended.length > 0)
      settings.logger.warn({ nodes, recovered, failed }, 'took back runs of nodes that are gone');
    events.runsEnded(ended);
    hooks.runsOver(ended);
    dispatcher.jobsPaused(paused);
    if (hasAlerts) alerts.wake();
    dispatcher.lookForEnds();
  }

  #leaseChanged(lease: LeaseKept, id: string): void {
    const { settings, node, dispatcher, executor } = this.#with;
    if (this.#isStopped || id !== node.id) return;
    const before = node.lease;
    node.leaseChanged(lease);
    if (lease === 'ending') {
      settings.logger.error({ node: id }, LEASE_ENDING);
      // Other nodes may soon start the claimed runs.
      dispatcher.takeBack({});
      return executor.running.abortAll('lease', mustNotOverlap);
    }
    if (lease === 'kept') settings.logger.info({ node: id }, LEASE_KEPT);
    else settings.logger.warn({ node: id }, LEASE_KEPT_BY_SPARE);
    if (before === 'ending') this.#isMemberAgain();
  }

  #expired(id: string): void {
    const { settings, node, dispatcher, executor } = this.#with;
    if (this.#isStopped || id !== node.id) return;
    settings.logger.error({ node: id }, LEASE_EXPIRED);
    node.expired();
    // Their fences say whether another node has taken them: if not, they are given back.
    dispatcher.takeBack({});
    executor.running.abortAll('stale');
    this.#joinAgain();
  }

  #isMemberAgain(): void {
    this.#with.dispatcher.nextPass.recheck();
    this.#with.jobsInCode.othersChanged();
  }

  #joinAgain(): void {
    const { settings } = this.#with;
    this.join().then(
      () => this.#isMemberAgain(),
      (error: unknown) => {
        settings.logger.error(
          { err: error },
          'the node could not join the others; it tries again in a second',
        );
        if (this.#isStopped) return;
        this.#cancelRetry = settings.clock.setTimer(AFTER_FAILURE_MS, () => this.#joinAgain());
      },
    );
  }
}

const LEASE_KEPT = 'the control connection renews the lease of this node again';
const LEASE_KEPT_BY_SPARE =
  'the control connection of this node is lost; the node renews its lease over its spare connection until the control connection is back';
const DRAINED = 'this node was drained: it finishes its runs, and plans and claims nothing more';
const RESUMED = 'this node was resumed: it plans and claims again';
const LEASE_ENDING =
  'this node cannot renew its lease over any connection, so other nodes may soon start its runs; it claims nothing, and stops the handlers of jobs that must not overlap';
const LEASE_EXPIRED = 'the lease of this node has expired; the node joins again under a new id';
