/** What a node process is started with. */
export interface NodeInput {
  /** The node and which life of it this is: `a.3`. */
  readonly life: string;
  readonly url: string;
  /** Of the control connection. */
  readonly controlUrl: string;
  /** The job types that this build has. */
  readonly types: readonly string[];
  readonly places: number;
  readonly triggersPerSecond: number;
  /** So far is its clock off. */
  readonly clockOffMs: number;
}

export type ToNode =
  /** The event loop stands still for so long. */
  { readonly kind: 'block'; readonly ms: number } | { readonly kind: 'stop' };

export type FromNode =
  | { readonly kind: 'ready' }
  /** Runs by hand that the engine has said are queued. */
  | { readonly kind: 'acknowledged'; readonly runIds: readonly string[] }
  /** The lease of the node is over, by its own judgement or as the others told it. */
  | { readonly kind: 'lost'; readonly at: number }
  /** A handler was told to stop and has; its end may not have reached the ledger. */
  | { readonly kind: 'gave_up'; readonly runId: string; readonly fence: number; readonly at: number }
  /** Something that must not happen, in words. */
  | { readonly kind: 'fault'; readonly message: string };

/** How a node ends when the database can't be used at its start. */
export const START_FAILED = 75;
