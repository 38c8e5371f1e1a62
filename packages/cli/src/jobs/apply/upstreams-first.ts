import { isObject } from '../../input/json-input.ts';
import type { FileJob } from './read-jobs.ts';

/** The ids of the jobs that a job of a file waits for. The server has not checked the body. */
function upstreamsOf({ body }: FileJob): readonly string[] {
  const { only_if: gate, after }: { readonly only_if?: unknown; readonly after?: unknown } = body;
  return [after, gate].flatMap((link) => (isObject(link) && typeof link.job === 'string' ? link.job : []));
}

/**
 * The jobs in an order in which each one comes after those that it waits for. Otherwise they keep their
 * order. The server refuses a circle.
 */
export function upstreamsFirst(jobs: readonly FileJob[]): readonly FileJob[] {
  const byId = new Map(jobs.map((job) => [job.id, job]));
  const sorted = new Set<FileJob>();
  const begun = new Set<FileJob>();
  const add = (job: FileJob) => {
    if (begun.has(job)) return;
    begun.add(job);
    for (const id of upstreamsOf(job)) {
      const upstream = byId.get(id);
      if (upstream !== undefined) add(upstream);
    }
    sorted.add(job);
  };
  for (const job of jobs) add(job);
  return [...sorted];
}

/** `work` for jobs that are begun in the order of {@link upstreamsFirst}: each waits for those before it that it names. */
export function afterUpstreams<Result>(
  work: (job: FileJob) => Promise<Result>,
): (job: FileJob) => Promise<Result> {
  const begun = new Map<string, Promise<Result>>();
  return (job) => {
    const before = upstreamsOf(job).map((id) => begun.get(id));
    const done = Promise.all(before).then(() => work(job));
    begun.set(job.id, done);
    return done;
  };
}
