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
