/** The job pauses once `failures` of its last `ofLast` runs have failed. */
export interface FailureBudget {
  readonly failures: number;
  readonly ofLast: number;
}

/** What is expected of a job, in ms. At least one is set. */
export interface Expectations {
  /** A run must succeed at least this often. */
  readonly successWithinMs?: number;
  /** No run may take longer. */
  readonly durationMs?: number;
  /** A due run must start within this time. */
  readonly startWithinMs?: number;
}

/** How a job is labelled and watched. A job that uses none of it has no value in any of its columns. */
export interface Watching {
  /** Sorted. */
  readonly tags?: readonly string[];
  readonly pauseAfter?: FailureBudget;
  readonly expect?: Expectations;
  /** Ids of channels that hear of this job, besides those for all jobs. Sorted. */
  readonly alerts?: readonly string[];
  /** An outside monitor that is told of each run. */
  readonly pingUrl?: string;
}

/** The fields that an edit takes away if it leaves them out. */
export const WATCHING_FIELDS = [
  'tags',
  'pauseAfter',
  'expect',
  'alerts',
  'pingUrl',
] as const satisfies readonly (keyof Watching)[];

export function sameWatching(a: Watching, b: Watching): boolean {
  return (
    sameNames(a.tags, b.tags) &&
    sameNames(a.alerts, b.alerts) &&
    a.pingUrl === b.pingUrl &&
    a.pauseAfter?.failures === b.pauseAfter?.failures &&
    a.pauseAfter?.ofLast === b.pauseAfter?.ofLast &&
    a.expect?.successWithinMs === b.expect?.successWithinMs &&
    a.expect?.durationMs === b.expect?.durationMs &&
    a.expect?.startWithinMs === b.expect?.startWithinMs
  );
}

function sameNames(a: readonly string[] = [], b: readonly string[] = []): boolean {
  return a.length === b.length && a.every((name, n) => name === b[n]);
}
