import { type Refusal, refused } from '../commands/refusal.ts';
import { shownValue } from '../input/shown-value.ts';
import type { JobDefinition } from '../model/job.ts';

/** A job that another one waits for: its id, and the field that names it. */
export interface Upstream {
  readonly job: string;
  readonly field: 'onlyIf' | 'after';
}

/** The jobs that a definition names (P32, chains and gates). */
export function upstreamsOf({
  onlyIf,
  schedule,
}: Pick<JobDefinition, 'onlyIf' | 'schedule'>): readonly Upstream[] {
  if (onlyIf === undefined && schedule.kind !== 'after') return NO_UPSTREAMS;
  return [
    ...(schedule.kind === 'after' ? [{ job: schedule.job, field: 'after' } as const] : []),
    ...(onlyIf === undefined ? [] : [{ job: onlyIf.job, field: 'onlyIf' } as const]),
  ];
}

const NO_UPSTREAMS: readonly Upstream[] = [];

/**
 * The jobs that a definition names and the one before did not name in the same field: an edit may keep one
 * that was deleted.
 */
export function newUpstreams(
  definition: JobDefinition,
  before: JobDefinition | undefined,
): readonly Upstream[] {
  const old = before === undefined ? NO_UPSTREAMS : upstreamsOf(before);
  return upstreamsOf(definition).filter(
    ({ job, field }) => !old.some((one) => one.job === job && one.field === field),
  );
}

/** The ids of the jobs that each of these jobs names. A job that does not exist is absent. */
export type Upstreams = ReadonlyMap<string, readonly string[]>;

const NONE: Upstreams = new Map();

/**
 * Why a job may not name this upstream job: looks at it, then at all that it names, and so on. Yields the ids
 * of jobs to look up. `together`: jobs that are made or changed with this one, as they will be.
 */
export function* refuseUpstream(
  id: string,
  upstream: Upstream,
  together: Upstreams = NONE,
): Generator<readonly string[], Refusal | undefined, Upstreams> {
  const seen = new Set([upstream.job]);
  let ids: readonly string[] = [upstream.job];
  while (ids.length > 0) {
    if (ids.includes(id)) return circle(upstream, id);
    const asIs = ids.filter((one) => !together.has(one));
    const found = new Map(asIs.length === 0 ? [] : yield asIs);
    for (const one of ids) if (together.has(one)) found.set(one, together.get(one) ?? []);
    if (ids[0] === upstream.job && !found.has(upstream.job)) return noUpstream(upstream);
    ids = [...new Set([...found.values()].flat())].filter((one) => !seen.has(one));
    for (const one of ids) seen.add(one);
  }
  return undefined;
}

export function noUpstream({ job, field }: Upstream): Refusal {
  const detail = `${field}.job must be the id of a job that exists. No job has the id ${shownValue(job)}: create it first, or correct the id.`;
  return refused('no_upstream', detail, `/${field}/job`);
}

export function circle({ job, field }: Upstream, id: string): Refusal {
  const detail =
    job === id
      ? `${field}.job must be the id of another job: a job can't wait for itself.`
      : `${field}.job must not be the id of a job that waits for this one. The job ${shownValue(job)} waits for ${shownValue(id)}, itself or through other jobs. Name another job, or first take after and onlyIf out of ${shownValue(job)}.`;
  return refused('circle', detail, `/${field}/job`);
}
