import { isObject } from '../../input/json-input.ts';
import { printable } from '../../terminal/printable.ts';
import { type FileJob, refuse } from './read-jobs.ts';

/** The ids of the jobs that a job of a file waits for. The server has not checked the body. */
function upstreamsOf({ body }: FileJob): readonly string[] {
  const { only_if: gate, after }: { readonly only_if?: unknown; readonly after?: unknown } = body;
  return [after, gate].flatMap((link) => (isObject(link) && typeof link.job === 'string' ? link.job : []));
}

/**
 * The jobs in an order in which each one comes after those that it waits for. Otherwise they keep their
 * order.
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

/**
 * Throws a usage error if jobs wait for each other in a circle. The server would say that one does not exist.
 */
export function refuseCircles(jobs: readonly FileJob[]): void {
  const byId = new Map(jobs.map((job) => [job.id, job]));
  const seen = new Set<FileJob>();
  const circles: (readonly FileJob[])[] = [];
  const visit = (job: FileJob, path: readonly FileJob[]) => {
    if (path.includes(job)) circles.push(path.slice(path.indexOf(job)));
    if (seen.has(job)) return;
    seen.add(job);
    for (const id of new Set(upstreamsOf(job))) {
      const upstream = byId.get(id);
      if (upstream !== undefined) visit(upstream, [...path, job]);
    }
  };
  for (const job of jobs) visit(job, []);
  refuse(circles.map(circleText));
}

function circleText(circle: readonly FileJob[]): string {
  const [first] = circle;
  const names = circle.map(({ id, place }) => `${printable(id)} (${place})`);
  if (circle.length === 1)
    return `The job ${names.join()} waits for itself. Name another job, or take after and only_if out.`;
  const links = circle.map(
    ({ id }, n) => `${printable(id)} for ${printable((circle[n + 1] ?? first)?.id ?? '')}`,
  );
  return `The jobs ${names.join(' and ')} wait for each other: ${links.join(', ')}. Take after or only_if out of one of them.`;
}

/**
 * `work` for jobs that are begun in the order of {@link upstreamsFirst}: each waits for those before it that
 * it names.
 */
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
