import type { z } from 'zod';
import type { JobView } from '../../../core/store/store-views.ts';
import type { CommandOptions } from '../../../engine/ports/engine-port.ts';
import { etagOf, type ifMatch, underIfMatch } from '../../routing/etag.ts';
import { commandOptions, type RouteAnswer, type RouteRequest } from '../../routing/route.ts';
import type { RouteEngine } from '../../scope/route-engine.ts';
import { jobJson } from '../../views/jobs/job.ts';

/** A response with a job: 201 with its path if it is new. */
export function jobAnswer(view: JobView, { isNew } = { isNew: false }): RouteAnswer {
  return {
    status: isNew ? 201 : 200,
    headers: { etag: etagOf(view.job) },
    body: jobJson(view),
    ...(isNew ? { location: `/jobs/${view.job.id}` } : {}),
  };
}

type JobRequest = RouteRequest<{ readonly job_id: string }, unknown, z.output<typeof ifMatch>, unknown>;

/** Runs a command on a job under the request's `If-Match`, in the name of the principal. */
export function guarded<T>(
  engine: RouteEngine,
  { params, headers, context }: JobRequest,
  command: (jobId: string, options: CommandOptions) => Promise<T>,
): Promise<T> {
  const jobId = params.job_id;
  const match = { jobId, header: headers['if-match'], absent: 'not_found' } as const;
  return underIfMatch(engine, match, (guard) => command(jobId, { ...commandOptions(context), ...guard }));
}
