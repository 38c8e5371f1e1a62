import { randomUUID } from 'node:crypto';
import type { JobStore, Membership, Notice, TypeVersions } from '../core/store.ts';
import { AFTER_FAILURE_MS } from './loop.ts';
import type { Settings } from './options.ts';

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
  /** The lease is over: all that is claimed is somebody else's by now. */
  abandon(): void;
}

/**
 * This process among the nodes: known to the others while it claims, told of what they change, and somebody new once its lease
 * is over (P9, section 7 of the design).
 */
export class Node {
  readonly #with: NodeDeps;
  #id: string = randomUUID();
  #membership: Membership | undefined;
  #joining: Promise<void> | undefined;
  #cancelRetry: (() => void) | undefined;
  #stopped = false;

  constructor(deps: NodeDeps) {
    this.#with = deps;
  }

  get id(): string {
    return this.#id;
  }

  /** Whether it may claim. */
  get isMember(): boolean {
    return this.#membership !== undefined;
  }

  /** Rejects when the store can't be used; after that it tries again by itself. */
  async join(): Promise<void> {
    const { store, settings, types } = this.#with;
    const { version, concurrency: places, clock } = settings;
    const id = this.#id;
    const membership = await store.join(
      { id, version, places, types, startedAt: clock.now() },
      {
        notice: (notice) => this.#hear(notice),
        recovered: (what) => {
          settings.logger.warn(what, 'took back runs of nodes that are gone');
          this.#with.lookNow();
        },
        lost: () => this.#lost(id),
      },
    );
    if (this.#stopped) await membership.leave();
    else this.#membership = membership;
  }

  tell(notice: Notice): void {
    this.#membership?.tell(notice);
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
      default:
        return notice satisfies never;
    }
  }

  #lost(id: string): void {
    if (this.#stopped || id !== this.#id) return;
    this.#with.settings.logger.error(
      { node: id },
      'the lease of this node is over; it begins anew under another id',
    );
    this.#membership = undefined;
    this.#id = randomUUID();
    this.#with.abandon();
    this.#joinAgain();
  }

  #joinAgain(): void {
    const { settings } = this.#with;
    this.#joining = this.join().then(
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
