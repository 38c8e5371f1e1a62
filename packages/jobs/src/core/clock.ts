/** Where time comes from. Nothing outside an adapter asks the system. */
export interface Clock {
  /** Milliseconds since the epoch; may jump. */
  now(): number;
  /** Milliseconds that only rise, for measuring lengths. */
  monotonic(): number;
  /** Calls `fire` once, about `ms` from now, until the returned function is called. */
  setTimer(ms: number, fire: () => void): () => void;
}
