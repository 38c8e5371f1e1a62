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
  /** The node's main thread must have spoken within so long, or its lease is not renewed. */
  readonly maxStallMs: number;
}

/** To the thread. */
export type ToControl =
  /** The event loop still turns. */
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
  /** Notices were not heard for a while. */
  | { readonly kind: 'missed' }
  /** The connection goes through a pooler that shares sessions. */
  | { readonly kind: 'pooled' }
  /** These nodes are dead, as far as this one sees. */
  | { readonly kind: 'dead'; readonly nodes: readonly DeadNode[] }
  /** How the node's lease stands, each time that changes. */
  | { readonly kind: 'lease'; readonly state: LeaseKept }
  /** The lease is over: what this node has claimed is not its own any more. */
  | { readonly kind: 'lost' }
  /** False: it still has claims, and lives on until the process ends. */
  | { readonly kind: 'left'; readonly isGone: boolean };

export interface DeadNode {
  readonly id: string;
  /** What was last heard of it. */
  readonly beatAt: number;
}

/** What a node's row says of it besides what it was started with. */
export interface BeatState extends NodeState {
  readonly stalledMs: number;
}

/** The channel that all nodes listen on. */
export const CHANNEL = 'greenvue_jobs';
/** What goes over it. */
export interface Told {
  readonly from: string;
  /** None: the nodes themselves have changed. */
  readonly notices: readonly Notice[];
}

/** The first key of the nodes' advisory locks; the second is `nodes.lock_key`. */
export const LOCK_CLASS = 1_732_584_193;
export const BEAT_EVERY_MS = 5_000;
/** How often the other nodes are checked. */
export const LOOK_EVERY_MS = FREE_TWICE_MS;
/** Behind a pooler that shares sessions nobody can be heard: then all is asked for, so often. */
export const POLL_EVERY_MS = 1_000;
