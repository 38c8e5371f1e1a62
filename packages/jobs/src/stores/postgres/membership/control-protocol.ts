import { FREE_TWICE_MS, type LeaseKept } from '../../../core/nodes/lease.ts';
import type { NodeInfo, NodeState, Notice, Others } from '../../../core/nodes/membership.ts';

/** What the thread of the control connection is started with. */
export interface ControlInput {
  /** Of the control connection, past a pooler. */
  readonly url: string;
  /** Of the spare connection. */
  readonly poolsUrl: string;
  readonly node: NodeInfo;
  readonly state: NodeState;
  /** The lease is not renewed if the main thread has sent no message for this long. */
  readonly maxStallMs: number;
}

/** To the thread. */
export type ToControl =
  /** The event loop still runs. */
  | { readonly kind: 'alive'; readonly state: NodeState }
  | { readonly kind: 'watch'; readonly isWatching: boolean }
  | { readonly kind: 'leave' };

/** From the thread. */
export type FromControl =
  | { readonly kind: 'joined' }
  /** `code` is the SQLSTATE or the system's, if there is one. */
  | { readonly kind: 'failed'; readonly message: string; readonly code: string | undefined }
  | { readonly kind: 'notices'; readonly notices: readonly Notice[] }
  | { readonly kind: 'others'; readonly others: Others }
  /** Notices may have been lost. */
  | { readonly kind: 'missed' }
  /** The connection goes through a pooler that shares sessions. */
  | { readonly kind: 'pooled' }
  /** This node sees that these nodes are dead. */
  | { readonly kind: 'dead'; readonly nodes: readonly DeadNode[] }
  /** The state of the node's lease has changed. */
  | { readonly kind: 'lease'; readonly state: LeaseKept }
  /** The lease is over: the node no longer owns its claims. */
  | { readonly kind: 'lost' }
  /** False: the node still has claims, so its thread runs until the process ends. */
  | { readonly kind: 'left'; readonly isGone: boolean };

export interface DeadNode {
  readonly id: string;
  /** The time of its last heartbeat. */
  readonly beatAt: number;
}

/** The state in a node's row that changes with its heartbeats. */
export interface BeatState extends NodeState {
  readonly stalledMs: number;
}

/** The channel that all nodes listen on. */
export const CHANNEL = 'greenvue_jobs';
/** A message on the channel. */
export interface NoticeMessage {
  /** The id of the node that sends it; empty in a caller's transaction. */
  readonly from: string;
  /** Empty: a node came, left or changed whether it watches events. */
  readonly notices: readonly Notice[];
}

/** The first key of the nodes' advisory locks; the second is `nodes.lock_key`. */
export const LOCK_CLASS = 1_732_584_193;
export const BEAT_EVERY_MS = 5_000;
/** How often the other nodes are checked. */
export const LOOK_EVERY_MS = FREE_TWICE_MS;
/** How often a node asks for changes behind a pooler, where it gets no notices. */
export const POLL_EVERY_MS = 1_000;
