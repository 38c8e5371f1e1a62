import type { NodeInfo, Notice } from '../../core/store.ts';

/** What the thread of the control connection is started with. */
export interface ControlInput {
  readonly url: string;
  readonly node: NodeInfo;
  /** The node's main thread must have spoken within so long, or its lease is not renewed. */
  readonly maxStallMs: number;
}

/** To the thread. */
export type ToControl =
  /** The event loop still turns. */
  { readonly kind: 'alive' } | { readonly kind: 'leave' };

/** From the thread. */
export type FromControl =
  | { readonly kind: 'joined' }
  /** `code` is the SQLSTATE or the system's, if there is one. */
  | { readonly kind: 'failed'; readonly message: string; readonly code: string | undefined }
  | { readonly kind: 'notice'; readonly notice: Notice }
  /** These nodes are dead, as far as this one sees: `beatAt` is what was last heard of them. */
  | { readonly kind: 'dead'; readonly nodes: readonly DeadNode[] }
  /** The lease is over: what this node has claimed is not its own any more. */
  | { readonly kind: 'lost' }
  | { readonly kind: 'left' };

export interface DeadNode {
  readonly id: string;
  readonly beatAt: number;
}

/** The channel that all nodes listen on. */
export const CHANNEL = 'greenvue_jobs';
/** The first key of the nodes' advisory locks; the second is `nodes.lock_key`. */
export const LOCK_CLASS = 1_732_584_193;
export const LEASE_MS = 15_000;
export const BEAT_EVERY_MS = 5_000;
/** So often the others are looked at, and so far apart a lock must be seen free twice. */
export const LOOK_EVERY_MS = 500;
