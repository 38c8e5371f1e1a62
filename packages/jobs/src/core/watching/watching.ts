/** The job pauses once `failures` of its last `ofLast` runs have failed. */
export interface FailureBudget {
  readonly failures: number;
  readonly ofLast: number;
}

/** What is expected of a job, in ms. At least one is set. */
export interface Expectations {
  /** A run must succeed at least this often; otherwise the job is `overdue`. */
  readonly successWithinMs?: number;
  /** A run that takes longer makes the job `slow`. */
  readonly durationMs?: number;
  /** A due run must start within this time, or the job is `late`. */
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
    sameBudget(a.pauseAfter, b.pauseAfter) &&
    a.expect?.successWithinMs === b.expect?.successWithinMs &&
    a.expect?.durationMs === b.expect?.durationMs &&
    a.expect?.startWithinMs === b.expect?.startWithinMs
  );
}

/** Undefined: no budget. */
export function sameBudget(a: FailureBudget | undefined, b: FailureBudget | undefined): boolean {
  return a?.failures === b?.failures && a?.ofLast === b?.ofLast;
}

/** No names are not the same as an empty list: see `damagedNames`. */
function sameNames(a: readonly string[] | undefined, b: readonly string[] | undefined): boolean {
  return a?.length === b?.length && (a ?? []).every((name, n) => name === b?.[n]);
}
