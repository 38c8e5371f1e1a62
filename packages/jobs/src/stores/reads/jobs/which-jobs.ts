import type { JobsRead } from '../../../core/filters/jobs-read.ts';
import { idRange } from '../../../core/model/job-id.ts';
import type { Bind, Dialect } from '../dialect.ts';

/** The conditions on `jobs` that all reads can have. Empty: all jobs. */
export function whichJobs(
  sql: Pick<Dialect, 'containsExactly'>,
  { idPrefix, tags = [], anyTag }: JobsRead,
  bind: Bind,
): readonly string[] {
  const hasTag = (tag: string) => sql.containsExactly('jobs.tags', bind(tagInList(tag)));
  return [
    ...(idPrefix === undefined ? [] : [isInPrefix('jobs.id', idPrefix, bind)]),
    ...tags.map(hasTag),
    ...(anyTag === undefined ? [] : [`(${['1 = 0', ...anyTag.map(hasTag)].join(' OR ')})`]),
  ];
}

/**
 * A tag as the stored JSON array contains it. No tag contains a quote, so a job has the tag exactly if its
 * array contains this text. A search for it is several times faster than parsing each array.
 */
function tagInList(tag: string): string {
  return JSON.stringify(tag);
}

/** True if a text begins with `prefix`. */
export function isInPrefix(text: string, prefix: string, bind: Bind): string {
  const { from, below } = idRange(prefix);
  return `${text} >= ${bind(from)} AND ${text} < ${bind(below)}`;
}
