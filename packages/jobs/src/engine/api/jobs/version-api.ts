import { DEFAULT_PAGE_ROWS } from '../../../core/limits.ts';
import { definitionOf, type Job } from '../../../core/model/job.ts';
import type { JobVersion, Page } from '../../../core/store/store-views.ts';
import type { EngineParts } from '../../engine-parts.ts';
import { EngineError, type VersionListQuery } from '../../ports/engine-port.ts';
import { getJob } from './job-api.ts';

/** The definitions of a job, newest first: the current one, then those that edits replaced. */
export async function listJobVersions(
  deps: EngineParts,
  jobId: string,
  { limit = DEFAULT_PAGE_ROWS, before = Number.MAX_SAFE_INTEGER }: VersionListQuery = {},
): Promise<Page<JobVersion>> {
  const { job } = await getJob(deps, jobId);
  const first = job.version < before ? [currentOf(job)] : [];
  // One more row than asked for shows whether there is another page.
  const kept = await deps.store.listVersions({ jobUid: job.uid, limit: limit + 1, before });
  // An edit between the two reads has made the current definition a kept one.
  const replaced = kept.filter(({ version }) => version < job.version);
  const found = [...first, ...replaced];
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  if (found.length <= limit || last === undefined) return { rows };
  return { rows, next: { value: null, key: String(last.version) } };
}

export async function getJobVersion(deps: EngineParts, jobId: string, version: number): Promise<JobVersion> {
  const { job } = await getJob(deps, jobId);
  if (job.version === version) return currentOf(job);
  const [found] = await deps.store.listVersions({ jobUid: job.uid, limit: 1, before: version + 1 });
  if (found?.version === version) return found;
  throw new EngineError(
    'not_found',
    `The job "${jobId}" has no version ${version}, or it is no longer kept. The current version is ${job.version}.`,
  );
}

function currentOf(job: Job): JobVersion {
  return { version: job.version, definition: definitionOf(job), madeAt: job.updatedAt };
}
