import type { Job } from '../model/job.ts';

/** Which jobs a read or a bulk command is about. Default: all. */
export interface JobsRead {
  /** Only jobs whose id begins with this. */
  readonly idPrefix?: string | undefined;
  /** Only jobs with all of these tags. */
  readonly tags?: readonly string[] | undefined;
  /** Only jobs with at least one of these tags. */
  readonly anyTag?: readonly string[] | undefined;
}

/** Whether a read is about all jobs. */
export function isOfAllJobs({ idPrefix, tags = [], anyTag }: JobsRead): boolean {
  return idPrefix === undefined && tags.length === 0 && anyTag === undefined;
}

/** Whether a read is about a job. */
export function isReadOf(
  { idPrefix = '', tags = [], anyTag }: JobsRead,
  { id, tags: own = [] }: Pick<Job, 'id' | 'tags'>,
): boolean {
  if (!id.startsWith(idPrefix) || !tags.every((tag) => own.includes(tag))) return false;
  return anyTag === undefined || anyTag.some((tag) => own.includes(tag));
}

/** How many jobs have a tag. */
export interface TagCount {
  readonly tag: string;
  readonly jobs: number;
}

/** In the order of the list of tags. */
export function mostUsedFirst(tags: readonly TagCount[]): readonly TagCount[] {
  return tags.toSorted((a, b) => b.jobs - a.jobs || (a.tag < b.tag ? -1 : 1));
}
