import type { FastifyReply, FastifyRequest } from 'fastify';
import type { JobView } from '../../core/store/store-views.ts';
import type { CommandOptions } from '../../engine/engine-port.ts';
import { type JobJson, jobJson } from '../../http/index.ts';
import { etagOf, underIfMatch } from './etag.ts';
import type { RouteContext } from './route-context.ts';

/** The body of a response with a job, whose ETag goes into the header. */
export function answerJob(reply: FastifyReply, view: JobView): JobJson {
  reply.header('etag', etagOf(view.job));
  return jobJson(view);
}

type JobRequest = FastifyRequest & { readonly params: { readonly job_id: string } };

/** Runs a command on a job under the request's `If-Match`, in the name of the principal. */
export function guarded<T>(
  context: RouteContext,
  request: JobRequest,
  command: (jobId: string, options: CommandOptions) => Promise<T>,
): Promise<T> {
  const { job_id: jobId } = request.params;
  const header = request.headers['if-match'];
  return underIfMatch(context.engine, { jobId, header, absent: 'not_found' }, (guard) =>
    command(jobId, { ...context.commandOptions(request), ...guard }),
  );
}
