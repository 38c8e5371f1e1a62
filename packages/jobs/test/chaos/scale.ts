/**
 * How much of everything: the long form, an hour of it on two cores, and the short one, within `npm test`.
 */
export interface Scale {
  /** Recurring jobs; each has a slot every `everyMs`, and the slots of all are spread evenly over it. */
  readonly jobs: number;
  readonly everyMs: number;
  /** Runs by hand a second, asked of each node. */
  readonly triggersPerSecond: number;
  /** Handlers at once on each node. */
  readonly places: number;
  /** One job of so many has a handler that takes `longMs`; those are what a kill interrupts. */
  readonly longEvery: number;
  readonly longMs: number;
  /** How long a node is frozen. */
  readonly freezeMs: number;
  /** How long its event loop stands still. */
  readonly blockMs: number;
  /** How long a node is cut off from the server. */
  readonly cutMs: number;
  /** How long what is not an instant lasts: slowness, a stream of terminated backends, readers, … */
  readonly lastsMs: number;
  readonly kills: number;
  /** The throughput of before is measured over so long. */
  readonly calmMs: number;
}

export const LONG: Scale = {
  jobs: 10_000,
  everyMs: 30_000,
  triggersPerSecond: 10,
  places: 20,
  longEvery: 50,
  longMs: 2_000,
  freezeMs: 30_000,
  blockMs: 20_000,
  cutMs: 25_000,
  lastsMs: 10_000,
  kills: 5,
  calmMs: 5_000,
};

export const SHORT: Scale = {
  jobs: 500,
  everyMs: 5_000,
  triggersPerSecond: 5,
  places: 10,
  longEvery: 20,
  longMs: 1_000,
  freezeMs: 17_000,
  blockMs: 17_000,
  cutMs: 17_000,
  lastsMs: 3_000,
  kills: 2,
  calmMs: 2_000,
};

/** A lease of the PostgreSQL store (P9, lost nodes): a node that is not heard of for so long is dead. */
export const LEASE_MS = 15_000;

/** What comes due and is asked for in a second. */
export function demand({ jobs, everyMs, triggersPerSecond }: Scale, nodes: number): number {
  return (jobs / everyMs) * 1_000 + triggersPerSecond * nodes;
}
