/**
 * The sizes of a run of the suite: the long form takes an hour on two cores, the short one is part of `npm
 * test`.
 */
export interface Scale {
  /** Recurring jobs. Each has a slot every `everyMs`; the slots are spread evenly. */
  readonly jobs: number;
  readonly everyMs: number;
  /** Manual runs per second, requested from each node. */
  readonly triggersPerSecond: number;
  /** How many handlers each node runs at the same time. */
  readonly places: number;
  /** One in this many jobs has a handler that takes `longMs`. Kills interrupt those handlers. */
  readonly longEvery: number;
  readonly longMs: number;
  /** How long a fault freezes a node. */
  readonly freezeMs: number;
  /** How long a fault blocks an event loop. */
  readonly blockMs: number;
  /** How long a fault cuts a node off from the server. */
  readonly cutMs: number;
  /** How long other faults last: slowness, terminated backends, readers, … */
  readonly lastsMs: number;
  readonly kills: number;
  /** How long the throughput before a fault is measured. */
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

/** The lease of the PostgreSQL store: a node that is silent for this long is dead (P9, lost nodes). */
export const LEASE_MS = 15_000;

/** Runs that become due or are requested per second. */
export function demand({ jobs, everyMs, triggersPerSecond }: Scale, nodes: number): number {
  return (jobs / everyMs) * 1_000 + triggersPerSecond * nodes;
}
