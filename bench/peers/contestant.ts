import type { Place, PlaceKind } from './processes/place.ts';

/**
 * Handles a run. Gets its slot (ms) if the contestant knows it, and the number of its tenant if runs are
 * limited for each tenant. The run lasts until the promise settles; without a promise it only counts.
 */
export type Handle = (slot: number | undefined, tenant?: number) => Promise<void> | undefined;

export interface Recurring {
  readonly id: string;
  readonly everyMs: number;
  /** The first slot (ms). The other slots are on the grid through it. */
  readonly firstAt: number;
}

export interface Work {
  readonly handle: Handle;
  /** How many handlers run at the same time. */
  readonly places: number;
  /** Handlers do nothing, so a contestant that is faster with fewer places may use fewer. */
  readonly areQuick: boolean;
  /**
   * How runs arrive: all are queued before, or by the clock (pollers poll at their best interval), or one by
   * one on an idle system.
   */
  readonly arrival: 'queued' | 'by the clock' | 'one by one';
  /** Locks, leases and heartbeats are as short as the contestant's documents allow. */
  readonly hasShortLocks: boolean;
  /** Each job is a tenant, and at most one run of a tenant runs at a time. */
  readonly onePerTenant: boolean;
}

export interface QueuedRuns extends Pick<Work, 'hasShortLocks' | 'onePerTenant'> {
  readonly jobs: number;
  readonly runsOfEach: number;
}

export interface RunCount {
  /** Not finished. */
  readonly waiting: number;
  /** Finished, and still there to be looked at. */
  readonly kept: number;
}

/** A contestant in this process, on its database. */
export interface Session {
  /** Queues runs of on-demand jobs in the contestant's fastest way; nothing runs them yet. */
  queue(runs: QueuedRuns): Promise<void>;
  /** Runs what is due until `close`. */
  work(work: Work): Promise<void>;
  /** Triggers one run now. */
  trigger(): Promise<void>;
  register(jobs: readonly Recurring[]): Promise<void>;
  count(): Promise<RunCount>;
  close(): Promise<void>;
}

export type WorkloadName =
  | 'drain'
  | 'limit'
  | 'tenants'
  | 'recurring-10k'
  | 'recurring-100k'
  | 'pickup'
  | 'kill'
  | 'kill-short'
  | 'grid'
  | 'api'
  | 'register-10k'
  | 'register-100k';

export interface Contestant {
  readonly name: string;
  readonly label: string;
  /** The floor stores nothing. It shows the limit of what can be reached, and is no rival. */
  readonly role: 'ours' | 'peer' | 'floor';
  /** The packages whose versions the report shows: its own and its database drivers. */
  readonly packages: readonly [string, ...string[]];
  readonly needs: PlaceKind;
  /** The runtime of its processes; absent: Node.js. */
  readonly runtime?: 'bun';
  /** Options of Node.js that its documents start it with, or that it needs. */
  readonly nodeOptions?: readonly string[];
  /** Its settings, for readers of the page. */
  readonly settings: string;
  /**
   * At least how many jobs it registers per second, and at most how many runs it drains: decides how much to
   * prepare.
   */
  readonly pace: { readonly registers: number; readonly drains: number };
  /** Whether finished runs can be read later. */
  readonly keepsHistory: boolean;
  /** Workloads that it cannot do, or not in a reasonable time, with the reason. */
  readonly cannot: Readonly<Partial<Record<WorkloadName, string>>>;
  /** Notes for readers of the table. */
  readonly notes: Readonly<Partial<Record<WorkloadName, string>>>;
  open(place: Place): Promise<Session>;
}

/** Handles a batch of runs without slots; awaits only if a handler returned a promise. */
export async function handleAll(tenants: readonly number[], handle: Handle): Promise<void> {
  const open: Promise<void>[] = [];
  for (const tenant of tenants) {
    const run = handle(undefined, tenant);
    if (run !== undefined) open.push(run);
  }
  if (open.length > 0) await Promise.all(open);
}

/** Concurrent requests, the same for all contestants. */
const AT_ONCE = 500;

/** Calls `work` for each item, with {@link AT_ONCE} calls at the same time. */
export async function forEachAtOnce<T>(
  items: readonly T[],
  ask: (item: T) => Promise<unknown>,
): Promise<void> {
  for (let from = 0; from < items.length; from += AT_ONCE) {
    await Promise.all(items.slice(from, from + AT_ONCE).map(ask));
  }
}

/** For each run the number of its job, run by run. */
export function jobOfEachRun({ jobs, runsOfEach }: { jobs: number; runsOfEach: number }): readonly number[] {
  return Array.from({ length: jobs * runsOfEach }, (_, n) => n % jobs);
}

export function chunks<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, n) =>
    items.slice(n * size, (n + 1) * size),
  );
}
