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

export interface Renewal {
  readonly over: LeaseKnown['renewedOver'];
  /** The node holds its lock, so the others may judge it by the lock too. */
  readonly holdsLock: boolean;
  /** Somebody watches events on this node. */
  readonly isWatching: boolean;
}

/** Undefined: the main thread has been silent for too long, so the lease was not renewed. */
export type Renewed =
  | { readonly isThere: false }
  | { readonly isThere: true; readonly cancelled: readonly string[] }
  | undefined;

/** The event loop is blocked when it has been silent for this long (ms): it sends a message once a second. */
const STALL_MS = 3_000;

/**
 * Renews a node's lease over any connection. Judges the lease by its own timer, even while a query waits, and
 * tells when how it stands has `changed`. All instants are of the monotonic clock.
 */
export function createRenewals(
  { node, maxStallMs, state: first }: Pick<ControlInput, 'node' | 'maxStallMs' | 'state'>,
  changed: (state: LeaseState) => void,
) {
  let state: NodeState = first;
  let heardAt = performance.now();
  let known: LeaseKnown = { renewedAt: heardAt, renewedOver: 'control', isJudgedByLock: false, said: {} };
  let told: LeaseState = 'kept';
  let timer: NodeJS.Timeout | undefined;
  let isEnded = false;
  /** How often the database was told that the lock is held. */
  let lockTellings = 0;

  const judge = () => {
    if (isEnded) return;
    clearTimeout(timer);
    const now = performance.now();
    const { state: judged, again } = judgeLease(known, now);
    if (Number.isFinite(again)) timer = setTimeout(judge, again - now);
    if (judged === told) return;
    told = judged;
    changed(judged);
  };
  const know = (what: Partial<LeaseKnown>) => {
    known = { ...known, ...what };
    judge();
  };
  /** What the database keeps of the node's state. */
  const beatState = () => {
    const stalledMs = performance.now() - heardAt;
    const beat: BeatState = { ...state, stalledMs: stalledMs > STALL_MS ? Math.round(stalledMs) : 0 };
    return JSON.stringify(beat);
  };
  /** The statement sent at `sentAt` renewed the lease. */
  const renewed = (sentAt: number, over: LeaseKnown['renewedOver'] = 'control') => {
    if (sentAt >= known.renewedAt) know({ renewedAt: sentAt, renewedOver: over });
  };
  const serverSaid = (what: ServerSaid) => know({ said: { ...known.said, ...what } });
  judge();

  return {
    /** The main thread has spoken. */
    heard(said: NodeState | undefined) {
      heardAt = performance.now();
      state = said ?? state;
    },
    beatState,
    async renew(on: ControlConnection, { over, holdsLock, isWatching }: Renewal): Promise<Renewed> {
      const sentAt = performance.now();
      // A hung process must not keep its runs for ever.
      if (sentAt - heardAt > maxStallMs) return undefined;
      // Noted before the answer, which may be lost after the row was written.
      if (holdsLock) {
        lockTellings += 1;
        const { lockLostAt: _, ...others } = known;
        known = { ...others, isJudgedByLock: true };
      }
      const tellings = lockTellings;
      const [row] = await on.rows(BEAT, [node.id, LEASE_MS, holdsLock, isWatching, beatState()]);
      const [isThere, cancelled] = row as [boolean, string[]];
      if (!isThere) return { isThere };
      renewed(sentAt, over);
      if (!holdsLock && tellings === lockTellings) know({ isJudgedByLock: false });
      return { isThere, cancelled };
    },
    renewed,
    /** The connection that held the lock, or waited for it, is gone. */
    controlLost(toControl: string | undefined) {
      know({ lockLostAt: performance.now() });
      if (toControl !== undefined) serverSaid({ toControl });
    },
    serverSaid,
    /** The control connection works: earlier answers of the server no longer count. */
    forgetSaid: () => know({ said: {} }),
    end() {
      isEnded = true;
      clearTimeout(timer);
    },
  };
}
