import {
  judgeLease,
  LEASE_MS,
  type LeaseKnown,
  type LeaseState,
  type ServerSaid,
} from '../../../core/nodes/lease.ts';
import type { NodeState } from '../../../core/nodes/membership.ts';
import type { ControlConnection } from './control-connection.ts';
import type { BeatState, ControlInput } from './control-protocol.ts';
import { BEAT } from './control-statements.ts';

type LeaseInput = Pick<ControlInput, 'node' | 'maxStallMs' | 'state'>;

export interface Renewal {
  readonly over: LeaseKnown['renewedOver'];
  /** The node holds its lock, so other nodes may also judge it by the lock. */
  readonly holdsLock: boolean;
  /** A client watches events on this node. */
  readonly isWatching: boolean;
}

/** Undefined if the lease was not renewed, because the main thread was silent for too long. */
export type Renewed =
  | { readonly isThere: false }
  /** `drain`: JSON; null while the node is not drained. */
  | { readonly isThere: true; readonly cancelled: readonly string[]; readonly drain: string | null }
  | undefined;

/** The event loop counts as blocked after this silence (ms). It sends a message every second. */
const STALL_MS = 3_000;

/**
 * Renews a node's lease over any connection. It calls `changed` when the lease's state changes, even while a
 * query waits. All instants are of the monotonic clock.
 */
export class NodeLease {
  readonly #input: LeaseInput;
  readonly #changed: (state: LeaseState) => void;
  #nodeState: NodeState;
  #aliveAt = performance.now();
  #known: LeaseKnown;
  #state: LeaseState = 'kept';
  #timer: NodeJS.Timeout | undefined;
  #isEnded = false;
  /** How many heartbeats have reported to the database that the node holds its lock. */
  #lockBeats = 0;

  constructor(input: LeaseInput, changed: (state: LeaseState) => void) {
    this.#input = input;
    this.#changed = changed;
    this.#nodeState = input.state;
    this.#known = { renewedAt: this.#aliveAt, renewedOver: 'control', isJudgedByLock: false, said: {} };
    this.#judge();
  }

  /** The main thread has sent a message. */
  mainThreadAlive(state: NodeState | undefined): void {
    this.#aliveAt = performance.now();
    this.#nodeState = state ?? this.#nodeState;
  }

  /** The state of the node for its row, as JSON. */
  beatState(): string {
    const silentMs = performance.now() - this.#aliveAt;
    const stalledMs = silentMs > STALL_MS ? Math.round(silentMs) : 0;
    return JSON.stringify({ ...this.#nodeState, stalledMs } satisfies BeatState);
  }

  async renew(on: ControlConnection, { over, holdsLock, isWatching }: Renewal): Promise<Renewed> {
    const sentAt = performance.now();
    // A hung process must not keep its runs forever.
    if (sentAt - this.#aliveAt > this.#input.maxStallMs) return undefined;
    // Counted before the answer, because the answer may be lost after the write.
    if (holdsLock) {
      this.#lockBeats += 1;
      const { lockLostAt: _, ...others } = this.#known;
      this.#known = { ...others, isJudgedByLock: true };
    }
    const lockBeats = this.#lockBeats;
    const params = [this.#input.node.id, LEASE_MS, holdsLock, isWatching, this.beatState()];
    const [row] = await on.rows(BEAT, params);
    const [isThere, cancelled, drain] = row as [boolean, string[], string | null];
    if (!isThere) return { isThere };
    this.renewed(sentAt, over);
    if (!holdsLock && lockBeats === this.#lockBeats) this.#learn({ isJudgedByLock: false });
    return { isThere, cancelled, drain };
  }

  /** The statement sent at `sentAt` renewed the lease. */
  renewed(sentAt: number, over: LeaseKnown['renewedOver'] = 'control'): void {
    if (sentAt >= this.#known.renewedAt) this.#learn({ renewedAt: sentAt, renewedOver: over });
  }

  /** The connection that held the lock, or waited for it, is lost. */
  controlLost(toControl: string | undefined): void {
    this.#learn({ lockLostAt: performance.now() });
    if (toControl !== undefined) this.serverSaid({ toControl });
  }

  serverSaid(what: ServerSaid): void {
    this.#learn({ said: { ...this.#known.said, ...what } });
  }

  /** The control connection works, so earlier errors of the server no longer count. */
  forgetSaid(): void {
    this.#learn({ said: {} });
  }

  end(): void {
    this.#isEnded = true;
    clearTimeout(this.#timer);
  }

  #learn(what: Partial<LeaseKnown>): void {
    this.#known = { ...this.#known, ...what };
    this.#judge();
  }

  #judge(): void {
    if (this.#isEnded) return;
    clearTimeout(this.#timer);
    const now = performance.now();
    const { state, again } = judgeLease(this.#known, now);
    if (Number.isFinite(again)) this.#timer = setTimeout(() => this.#judge(), again - now);
    if (state === this.#state) return;
    this.#state = state;
    this.#changed(state);
  }
}
