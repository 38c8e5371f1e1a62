/** The input of a node process. */
export interface NodeInput {
  /** The node and the number of this process, such as `a.3`. */
  readonly life: string;
  readonly url: string;
  /** The URL for the control connection. */
  readonly controlUrl: string;
  /** The job types that this build has. */
  readonly types: readonly string[];
  readonly places: number;
  readonly triggersPerSecond: number;
  /** By how much its clock is wrong. */
  readonly clockOffMs: number;
}

export type ToNode =
  /** Block the event loop for `ms`. */
  { readonly kind: 'block'; readonly ms: number } | { readonly kind: 'stop' };

export type FromNode =
  | { readonly kind: 'ready' }
  /** Manual runs that the engine has acknowledged as queued. */
  | { readonly kind: 'acknowledged'; readonly runIds: readonly string[] }
  /** The lease of the node has ended, by its own clock or by a rejected heartbeat. */
  | { readonly kind: 'lost'; readonly at: number }
  /** A handler has stopped on its signal; the ledger may not have its end. */
  | { readonly kind: 'gave_up'; readonly runId: string; readonly fence: number; readonly at: number }
  /** Something that must not happen. */
  | { readonly kind: 'fault'; readonly message: string };

/** The exit code of a node that cannot use the database when it starts. */
export const START_FAILED = 75;
