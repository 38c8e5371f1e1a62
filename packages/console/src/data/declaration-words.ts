import type { Calendar, Job } from '@greenvue/jobs/client';

/** A job, from a server of this version or an older one. */
type Declared = Partial<Pick<Job, 'declaration'>>;

/** Why the viewer can't edit a job; undefined if it is not declared in code. */
export function whyNoEdit({ declaration }: Declared): string | undefined {
  if (declaration == null) return undefined;
  const { declared_in: place, gone } = declaration;
  return gone === null
    ? `This job is declared in code, at ${place}: change it there, and deploy`
    : `Release ${gone.release} no longer declares this job: declare it again in code, or delete it`;
}

/** Why the viewer can't delete a job. One that code no longer declares may be deleted. */
export function whyNoDelete(job: Declared): string | undefined {
  return job.declaration?.gone === null ? whyNoEdit(job) : undefined;
}

/** Why the viewer can't resume a job: code no longer declares it. */
export function whyNoResume(job: Declared): string | undefined {
  return job.declaration?.gone == null ? undefined : whyNoEdit(job);
}

/** Why the viewer can't change or delete a calendar; undefined if it is not declared in code. */
export function whyNoChange({ created_by: by }: Pick<Calendar, 'created_by'>): string | undefined {
  return by === 'code' ? 'This calendar is declared in code: change it there, and deploy' : undefined;
}
