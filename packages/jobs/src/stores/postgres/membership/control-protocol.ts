import { FREE_TWICE_MS, type LeaseKept } from '../../../core/nodes/lease.ts';
import type { JoiningNode, NodeDrain, NodeState, Notice, Others } from '../../../core/nodes/membership.ts';

/** The input of the thread that owns the control connection. */
export interface ControlInput {
  /** The URL of the control connection, which must not go through a pooler. */
  readonly url: string;
  /** The URL of the spare connection. */
  readonly poolsUrl: string;
  readonly node: JoiningNode;
  readonly state: NodeState;
  /** The lease is not renewed if the main thread has sent no message for this long. */
  readonly maxStallMs: number;
}

/** A message to the thread. */
export type ToControl =
  /** The event loop of the main thread still runs. */
  | { readonly kind: 'alive'; readonly state: NodeState }
  | { readonly kind: 'watch'; readonly isWatching: boolean }
  | { readonly kind: 'leave' };

/** A message from the thread. */
export type FromControl =
  | { readonly kind: 'joined' }
  /** `code`: the SQLSTATE or the system error code, if any. */
  | { readonly kind: 'failed'; readonly message: string; readonly code: string | undefined }
  | { readonly kind: 'notices'; readonly notices: readonly Notice[] }
  | { readonly kind: 'others'; readonly others: Others }
  /** The revision of the limits of types, if there are any. Sent with each look. */
  | { readonly kind: 'limits'; readonly revision: number }
  /** The node was drained or resumed. */
  | { readonly kind: 'drain'; readonly drain: NodeDrain | undefined }
  /** Notices may have been lost. */
  | { readonly kind: 'missed' }
  /** The connection goes through a pooler that shares sessions. */
  | { readonly kind: 'pooled' }
  /** Nodes that this node has found dead. */
  | { readonly kind: 'dead'; readonly nodes: readonly DeadNode[] }
  /** The state of the node's lease has changed. */
  | { readonly kind: 'lease'; readonly state: LeaseKept }
  /** The lease has ended: the node no longer owns its claims. */
  | { readonly kind: 'lost' }
  /** `isGone` is false if the node still has claims. Then the thread runs until the process ends. */
  | { readonly kind: 'left'; readonly isGone: boolean };

export interface DeadNode {
  readonly id: string;
  /** The time of its last heartbeat. */
  readonly beatAt: number;
}

/** The state in a node's row, which each heartbeat updates. */
export interface BeatState extends NodeState {
  readonly stalledMs: number;
}

/** The channel that all nodes listen on. */
export const CHANNEL = 'greenvue_jobs';
/** A message on the channel. */
export interface NoticeMessage {
  /** The id of the sending node. Empty if a caller's transaction sent it. */
  readonly from: string;
  /** Empty if a node joined, left, or started or stopped watching events. */
  readonly notices: readonly Notice[];
}

/** The first key of the nodes' advisory locks; the second is `nodes.lock_key`. */
export const LOCK_CLASS = 1_732_584_193;
export const BEAT_EVERY_MS = 5_000;
/** How often the other nodes are checked. */
export const LOOK_EVERY_MS = FREE_TWICE_MS;
/** How often a node behind a pooler checks for changes, because it gets no notices. */
export const POLL_EVERY_MS = 1_000;

/** The drain in the row of a node. */
export function drainIn(text: string | null): NodeDrain | undefined {
  return text === null ? undefined : (JSON.parse(text) as NodeDrain);
}
