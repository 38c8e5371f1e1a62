import { randomUUID } from 'node:crypto';
import type { LeaseKept } from '../../core/lease.ts';
import {
  type Membership,
  NO_OTHERS,
  type NodeState,
  type Notice,
  newestOf,
  type Others,
  type ToldEvent,
  type TypeVersions,
} from '../../core/membership.ts';
import type { RunOver } from '../../core/run.ts';
import type { JobStore } from '../../core/store.ts';
import type { Settings } from '../options.ts';
import { AFTER_FAILURE_MS } from '../timing/pass-loop.ts';
import type { NodeSelf } from './node-stats.ts';

export interface NodeDeps {
  readonly settings: Settings;
  readonly store: JobStore;
  readonly types: TypeVersions;
  /** Something may be due. */
  lookNow(): void;
  /** A job was changed by another node: its claims that have not started go back. */
  takeBack(jobId: string): void;
  /** A run was asked to stop by another node, or before this one heard of it. */
  cancel(runId: string): void;
  /**
   * Other nodes may soon take the claimed runs: gives back those that have not started, and stops handlers
   * that must not overlap.
   */
  leaseEnding(): void;
  /** The lease is over: all that is claimed is somebody else's by now. */
  abandon(): void;
  /** Runs of nodes that are gone are over. */
  runsOver(ended: readonly RunOver[]): void;
  /** The others can see the node, under an id that is new to them. */
  joined(): void;
  others(others: Others): void;
  /** Other nodes tell of events. */
  hear(events: readonly ToldEvent[]): void;
  /** The others could not be heard for a while. */
  missed(): void;
  state(): NodeState;
}

/**
 * This process among the nodes. The others see it while it claims, and tell it of changes. After the end of
 * its lease it joins as a new node (P9).
 */
export class Node {
  readonly #with: NodeDeps;
  #id: string = randomUUID();
  /** Of the process, whatever its id. */
  #startedAt: number | undefined;
  #membership: Membership | undefined;
  #lease: LeaseKept = 'kept';
  #others: Others = NO_OTHERS;
  #joining: Promise<void> | undefined;
  #cancelRetry: (() => void) | undefined;
  #stopped = false;

  constructor(deps: NodeDeps) {
    this.#with = deps;
  }

  get id(): string {
    return this.#id;
  }

  /** As it is now. */
  get self(): NodeSelf {
    const { settings, types, state } = this.#with;
    const { version, concurrency: places } = settings;
    const info = { id: this.#id, version, places, types, startedAt: this.#startedAt ?? settings.clock.now() };
    return { ...info, ...state(), isMember: this.isMember };
  }

  /** Whether it may claim. */
  get isMember(): boolean {
    return this.#membership !== undefined && this.#lease !== 'ending';
  }

  /** How its lease stands. */
  get lease(): LeaseKept {
    return this.#lease;
  }

  /** What can be run by this node or another, each type in its newest version (P22). */
  get liveTypes(): TypeVersions {
    return newestOf([this.#with.types, this.#others.types]);
  }

  /** Rejects when the store can't be used; after that it tries again by itself. */
  join(): Promise<void> {
    const joining = this.#join();
    const ended = () => undefined;
    this.#joining = joining.then(ended, ended);
    return joining;
  }

  async #join(): Promise<void> {
    const { store, settings, types } = this.#with;
    const { version, concurrency: places, clock } = settings;
    const id = this.#id;
    this.#startedAt ??= clock.now();
    const membership = await store.join(
      { id, version, places, types, startedAt: this.#startedAt },
      {
        notice: (notice) => this.#hear(notice),
        others: (others) => {
          this.#others = others;
          this.#with.others(others);
        },
        missed: () => {
          this.#with.missed();
          this.#with.lookNow();
        },
        recovered: (what) => {
          const { nodes, recovered, failed, ended } = what;
          if (nodes + recovered + ended.length > 0)
            settings.logger.warn({ nodes, recovered, failed }, 'took back runs of nodes that are gone');
          this.#with.runsOver(ended);
          this.#with.lookNow();
        },
        lease: (state) => this.#leaseIs(state, id),
        lost: () => this.#lost(id),
        hampered: (why) => settings.logger.warn({ node: id }, why),
        state: () => this.#with.state(),
      },
    );
    if (this.#stopped) return membership.leave();
    this.#membership = membership;
    this.#with.joined();
  }

  tell(notice: Notice): void {
    this.#membership?.tell(notice);
  }

  /** Whether somebody watches events on this node. */
  watch(isWatching: boolean): void {
    this.#membership?.watch(isWatching);
  }

  async leave(): Promise<void> {
    this.#stopped = true;
    this.#cancelRetry?.();
    await this.#joining;
    const membership = this.#membership;
    this.#membership = undefined;
    await membership?.leave();
  }

  #hear(notice: Notice): void {
    switch (notice.kind) {
      case 'wake':
        return this.#with.lookNow();
      case 'job_changed':
        this.#with.takeBack(notice.jobId);
        return this.#with.lookNow();
      case 'cancel':
        for (const runId of notice.runIds) this.#with.cancel(runId);
        return undefined;
      case 'events':
        return this.#with.hear(notice.events);
      default:
        return notice satisfies never;
    }
  }

  #leaseIs(state: LeaseKept, id: string): void {
    if (this.#stopped || id !== this.#id) return;
    const before = this.#lease;
    this.#lease = state;
    const { logger } = this.#with.settings;
    if (state === 'ending') {
      logger.error({ node: id }, LEASE_ENDING);
      return this.#with.leaseEnding();
    }
    if (state === 'kept') logger.info({ node: id }, LEASE_KEPT);
    else logger.warn({ node: id }, LEASE_KEPT_BY_SPARE);
    if (before === 'ending') this.#with.lookNow();
  }

  #lost(id: string): void {
    if (this.#stopped || id !== this.#id) return;
    this.#with.settings.logger.error(
      { node: id },
      'the lease of this node is over; it begins anew under another id',
    );
    this.#membership = undefined;
    this.#lease = 'kept';
    this.#others = NO_OTHERS;
    this.#id = randomUUID();
    this.#with.abandon();
    this.#joinAgain();
  }

  #joinAgain(): void {
    const { settings } = this.#with;
    this.join().then(
      () => this.#with.lookNow(),
      (error: unknown) => {
        settings.logger.error(
          { err: error },
          'the node could not join the others; it tries again in a second',
        );
        if (this.#stopped) return;
        this.#cancelRetry = settings.clock.setTimer(AFTER_FAILURE_MS, () => this.#joinAgain());
      },
    );
  }
}

const LEASE_KEPT = 'the control connection renews the lease of this node again';
const LEASE_KEPT_BY_SPARE =
  'the control connection of this node is lost; the node renews its lease over its spare connection until the control connection is back';
const LEASE_ENDING =
  'this node cannot renew its lease over any connection, so other nodes may soon start its runs; it claims nothing, and stops the handlers of jobs that must not overlap';
