import type { Place, PlaceKind } from './processes/place.ts';

/**
 * What a run does. The slot (ms) that it stands for comes with it, where the contestant knows one. The run
 * lasts until the promise settles; no promise: it did nothing but count.
 */
export type Handle = (slot: number | undefined) => Promise<void> | undefined;

export interface Recurring {
  readonly id: string;
  readonly everyMs: number;
  /** The first slot (ms); the others lie on the grid through it. */
  readonly firstAt: number;
}

export interface Work {
  readonly handle: Handle;
  /** Handlers at a time. */
  readonly places: number;
  /** They do nothing: who is quicker with fewer at a time may have fewer. */
  readonly areQuick: boolean;
  /**
   * How runs come: all are queued before, or by the clock (who looks for them by polling looks as often as
   * pays), or one by one, when nothing else is to be done.
   */
  readonly arrival: 'queued' | 'by the clock' | 'one by one';
  /**
   * What is kept to find the dead by (locks, leases, heartbeats) is as short as the contestant's documents
   * allow.
   */
  readonly hasShortLocks: boolean;
}

export interface QueuedRuns extends Pick<Work, 'hasShortLocks'> {
  readonly jobs: number;
  readonly runsOfEach: number;
}

/** What has become of the runs. */
export interface RunCount {
  /** Not finished. */
  readonly waiting: number;
  /** Finished, and still there to be looked at. */
  readonly kept: number;
}

/** A contestant in this process, on its database. */
export interface Session {
  /** Queues so many runs of so many on-demand jobs in the quickest way that it has; nothing runs them yet. */
  queue(runs: QueuedRuns): Promise<void>;
  /** Starts to run what is due, until `close`. */
  work(work: Work): Promise<void>;
  /** One run, at once. */
  trigger(): Promise<void>;
  register(jobs: readonly Recurring[]): Promise<void>;
  count(): Promise<RunCount>;
  close(): Promise<void>;
}

export type WorkloadName =
  | 'drain'
  | 'limit'
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
  /** For people. */
  readonly label: string;
  /** The floor keeps nothing: it shows what is left to gain, and is no rival. */
  readonly role: 'ours' | 'peer' | 'floor';
  /** Whose versions are told: its own package, and what it reaches its database with. */
  readonly packages: readonly [string, ...string[]];
  readonly needs: PlaceKind;
  /** Options of Node.js that its own way to be started has, or that it needs. */
  readonly nodeOptions?: readonly string[];
  /** The settings that it runs with, for a reader of the page. */
  readonly settings: string;
  /**
   * How many jobs a second it registers at least, and how many runs a second it drains at most: how much to
   * prepare.
   */
  readonly pace: { readonly registers: number; readonly drains: number };
  /** Finished runs stay, to be looked at. */
  readonly keepsHistory: boolean;
  /** What it can't do, or not in a time that is worth it, with the reason. */
  readonly cannot: Readonly<Partial<Record<WorkloadName, string>>>;
  /** What a reader of the table must know. */
  readonly notes: Readonly<Partial<Record<WorkloadName, string>>>;
  open(place: Place): Promise<Session>;
}

/** Runs a batch; awaits only where there is something to await. */
export async function handleAll(slots: readonly (number | undefined)[], handle: Handle): Promise<void> {
  const open: Promise<void>[] = [];
  for (const slot of slots) {
    const run = handle(slot);
    if (run !== undefined) open.push(run);
  }
  if (open.length > 0) await Promise.all(open);
}

/** Requests at once: the same for all. */
const AT_ONCE = 500;

/** Asks for each item, so many at once. */
export async function forEachAtOnce<T>(
  items: readonly T[],
  ask: (item: T) => Promise<unknown>,
): Promise<void> {
  for (let from = 0; from < items.length; from += AT_ONCE) {
    await Promise.all(items.slice(from, from + AT_ONCE).map(ask));
  }
}

/** The numbers of the jobs that so many runs belong to, run by run. */
export function jobOfEachRun({ jobs, runsOfEach }: { jobs: number; runsOfEach: number }): readonly number[] {
  return Array.from({ length: jobs * runsOfEach }, (_, n) => n % jobs);
}

export function chunks<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, n) =>
    items.slice(n * size, (n + 1) * size),
  );
}
