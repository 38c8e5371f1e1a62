import {
  judgeLease,
  LEASE_MS,
  type LeaseKnown,
  type LeaseState,
  type ServerSaid,
} from '../../../core/nodes/lease.ts';
import type { NodeState } from '../../../core/nodes/membership.ts';
import type { ControlConnection } from './control-connection.ts';
import type { BeatState } from './control-protocol.ts';
import { BEAT } from './control-statements.ts';

export interface RenewalsDeps {
  readonly nodeId: string;
  /** The lease is not renewed when the main thread has been silent for longer than this (ms). */
  readonly maxStallMs: number;
  readonly state: NodeState;
  /** How the lease stands has changed. */
  changed(state: LeaseState): void;
}

export interface Renewal {
  readonly over: LeaseKnown['renewedOver'];
  /** The node holds its lock, so the others may judge it by the lock too. */
  readonly holdsLock: boolean;
}

/** Undefined: the main thread has been silent for too long, so the lease was not renewed. */
export type Renewed =
  | { readonly isThere: false }
  | { readonly isThere: true; readonly cancelled: readonly string[] }
  | undefined;

/** The event loop is blocked when it has been silent for this long (ms): it sends a message once a second. */
const STALL_MS = 3_000;

/** Renews a node's lease over any connection. Judges the lease by its own timer, even while a query waits. */
export class Renewals {
  readonly #with: RenewalsDeps;
  #state: NodeState;
  /** By the monotonic clock, as all instants here. */
  #heardAt = performance.now();
  #known: LeaseKnown = {
    renewedAt: this.#heardAt,
    renewedOver: 'control',
    isJudgedByLock: false,
    said: {},
  };
  #told: LeaseState = 'kept';
  #timer: NodeJS.Timeout | undefined;
  #isEnded = false;
  /** How often the database was told that the lock is held. */
  #lockTellings = 0;
  /** Whether somebody watches events on this node. */
  isWatching = false;

  constructor(deps: RenewalsDeps) {
    this.#with = deps;
    this.#state = deps.state;
    this.#judge();
  }

  /** The main thread has spoken. */
  heard(state = this.#state): void {
    this.#heardAt = performance.now();
    this.#state = state;
  }

  /** What the database keeps of the node's state. */
  get beatState(): BeatState {
    const stalledMs = performance.now() - this.#heardAt;
    return { ...this.#state, stalledMs: stalledMs > STALL_MS ? Math.round(stalledMs) : 0 };
  }

  async renew(on: ControlConnection, { over, holdsLock }: Renewal): Promise<Renewed> {
    const sentAt = performance.now();
    // A hung process must not keep its runs for ever.
    if (sentAt - this.#heardAt > this.#with.maxStallMs) return undefined;
    // Noted before the answer, which may be lost after the row was written.
    if (holdsLock) this.#lockHeld();
    const tellings = this.#lockTellings;
    const state = JSON.stringify(this.beatState);
    const [row] = await on.rows(BEAT, [this.#with.nodeId, LEASE_MS, holdsLock, this.isWatching, state]);
    const [isThere, cancelled] = row as [boolean, string[]];
    if (!isThere) return { isThere };
    this.renewed(sentAt, over);
    if (!holdsLock && tellings === this.#lockTellings) this.#know({ isJudgedByLock: false });
    return { isThere, cancelled };
  }

  /** The statement sent at `sentAt` renewed the lease. */
  renewed(sentAt: number, over: LeaseKnown['renewedOver'] = 'control'): void {
    if (sentAt >= this.#known.renewedAt) this.#know({ renewedAt: sentAt, renewedOver: over });
  }

  /** The connection that held the lock, or waited for it, is gone. */
  controlLost(toControl: string | undefined): void {
    this.#know({ lockLostAt: performance.now() });
    if (toControl !== undefined) this.serverSaid({ toControl });
  }

  serverSaid(what: ServerSaid): void {
    this.#know({ said: { ...this.#known.said, ...what } });
  }

  /** The control connection works: earlier answers of the server no longer count. */
  forgetSaid(): void {
    this.#know({ said: {} });
  }

  end(): void {
    this.#isEnded = true;
    clearTimeout(this.#timer);
  }

  #lockHeld(): void {
    this.#lockTellings += 1;
    const { lockLostAt: _, ...known } = this.#known;
    this.#known = { ...known, isJudgedByLock: true };
  }

  #know(what: Partial<LeaseKnown>): void {
    this.#known = { ...this.#known, ...what };
    this.#judge();
  }

  #judge(): void {
    if (this.#isEnded) return;
    clearTimeout(this.#timer);
    const now = performance.now();
    const { state, again } = judgeLease(this.#known, now);
    if (Number.isFinite(again)) this.#timer = setTimeout(() => this.#judge(), again - now);
    if (state === this.#told) return;
    this.#told = state;
    this.#with.changed(state);
  }
}
