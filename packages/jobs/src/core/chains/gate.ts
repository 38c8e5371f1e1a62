/**
 * Slots of a job get a run only while the last success of another job is recent enough (P32, chains and
 * gates).
 */
export interface Gate {
  /** The id of the other job. */
  readonly job: string;
  readonly succeededWithinMs: number;
}

/** The end of the last success of jobs, by their ids. A job without a success is absent. */
export type LastSuccesses = ReadonlyMap<string, number>;

/** What decides about a job, with the successes that its gate depends on; undefined if it has no gate. */
export function withSuccesses<Live extends object>(
  live: Live,
  lastSuccesses: LastSuccesses | undefined,
): Live & { readonly lastSuccesses?: LastSuccesses } {
  return lastSuccesses === undefined ? live : { ...live, lastSuccesses };
}

/** Whether slots pass. A success in the future, after the clock jumped back, counts as one of now. */
export function isGateOpen(
  gate: Gate | undefined,
  lastSuccesses: LastSuccesses | undefined,
  now: number,
): boolean {
  if (gate === undefined) return true;
  const at = lastSuccesses?.get(gate.job);
  return at !== undefined && now - at <= gate.succeededWithinMs;
}

export function sameGate(a: Gate | undefined, b: Gate | undefined): boolean {
  return a?.job === b?.job && a?.succeededWithinMs === b?.succeededWithinMs;
}
