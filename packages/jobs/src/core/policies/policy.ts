import { type Refusal, refused } from '../commands/refusal.ts';
import type { Fault } from '../input/fault.ts';
import { shownValue } from '../input/shown-value.ts';
import type { JobDefinition } from '../model/job.ts';
import { isLocal } from '../schedule/schedule.ts';
import { shortestGap } from '../schedule/schedule-slots.ts';
import { formatDuration, parseWholeMs } from '../time/duration.ts';

/** P39, policies: what a caller may make, beside what its right allows. What is left out has no bound. */
export interface JobPolicy {
  /** A Go duration, such as `5m`: the least time between two slots of a job, by its local clock. */
  readonly minInterval?: string | undefined;
  /** How many jobs made by this caller (`by`) may exist at a time. */
  readonly maxJobs?: number | undefined;
  /** The job types whose jobs the caller may make, change, run and delete. */
  readonly types?: readonly string[] | undefined;
  /** The tags that jobs of the caller may have: each has at least one of these, and no others. */
  readonly tags?: readonly string[] | undefined;
}

/** Which bounds a job would break (P39, policies), with pointers into the job. */
export function policyFaults(
  policy: JobPolicy,
  definition: Pick<JobDefinition, 'type' | 'schedule' | 'tags'>,
): readonly Fault[] {
  const { schedule, type, tags = [] } = definition;
  return [...typeFaults(policy, type), ...intervalFaults(policy, schedule), ...tagFaults(policy, tags)];
}

/** Why a caller may not use the jobs of a type; empty if it may. */
export function typeFaults({ types }: JobPolicy, type: string): readonly Fault[] {
  if (types === undefined || types.includes(type)) return [];
  const detail = `your policy allows jobs of ${listed(types, 'no type')} only; got ${shownValue(type)}`;
  return [{ pointer: '/type', detail }];
}

function intervalFaults({ minInterval }: JobPolicy, schedule: JobDefinition['schedule']): readonly Fault[] {
  const least = minInterval === undefined ? undefined : parseWholeMs(minInterval);
  if (least?.ok !== true) return [];
  const gap = shortestGap(schedule);
  if (gap >= least.value) return [];
  const detail = `your policy requires at least ${minInterval} between two slots; two slots of this schedule are ${formatDuration(gap)} apart`;
  return [{ pointer: isLocal(schedule) ? `/${schedule.kind}` : '/interval', detail }];
}

function tagFaults({ tags: allowed }: JobPolicy, tags: readonly string[]): readonly Fault[] {
  if (allowed === undefined) return [];
  const other = tags.find((tag) => !allowed.includes(tag));
  if (other === undefined && tags.length > 0) return [];
  const got = other === undefined ? 'this job has none' : `got ${shownValue(other)}`;
  return [
    {
      pointer: '/tags',
      detail: `your policy asks for tags from ${listed(allowed, 'an empty list')}; ${got}`,
    },
  ];
}

function listed(names: readonly string[], none: string): string {
  return names.length === 0 ? none : names.map((name) => `"${name}"`).join(', ');
}

/** Both policies at once: the stricter bound of each kind. */
export function bothPolicies(a: JobPolicy | undefined, b: JobPolicy | undefined): JobPolicy | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return {
    minInterval: longer(a.minInterval, b.minInterval),
    maxJobs: leastOf(a.maxJobs, b.maxJobs),
    types: inBoth(a.types, b.types),
    tags: inBoth(a.tags, b.tags),
  };
}

function longer(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  const [first, second] = [parseWholeMs(a), parseWholeMs(b)];
  return first.ok && second.ok && first.value < second.value ? b : a;
}

function leastOf(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}

function inBoth(
  a: readonly string[] | undefined,
  b: readonly string[] | undefined,
): readonly string[] | undefined {
  return a === undefined || b === undefined ? (a ?? b) : a.filter((name) => b.includes(name));
}

/** P39, policies: why a caller with a bound may make no more jobs. */
export function tooManyJobs(most: number): Refusal {
  const jobs = most === 1 ? 'job' : 'jobs';
  const detail = `your policy allows at most ${most} ${jobs} made by you at a time; delete one first`;
  return refused('too_many_jobs', detail);
}
