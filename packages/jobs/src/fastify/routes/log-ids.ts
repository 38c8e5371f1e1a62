import type { FastifyInstance, FastifyReply } from 'fastify';

/** The job and the run that a request reads, changes or creates, as fields of its log lines. */
interface LogIds {
  readonly jobId?: string;
  readonly runId?: string;
  /** The run that a retry created. */
  readonly newRunId?: string;
}

/** Adds the ids to all later log lines of the request; Fastify logs the end with the logger of the reply. */
export function logWith(reply: FastifyReply, ids: LogIds): void {
  const { request } = reply;
  request.log = request.log.child(ids);
  reply.log = request.log;
}

/** Adds the job and run in the path to all log lines of a request, the host's included. */
export function logIdsOfPaths(app: FastifyInstance): void {
  app.addHook('preHandler', (request, reply, done) => {
    // After validation, so that they are ids.
    const jobId = parameter(request.params, 'job_id');
    const runId = parameter(request.params, 'run_id');
    if (jobId !== undefined) logWith(reply, { jobId });
    if (runId !== undefined) logWith(reply, { runId });
    done();
  });
}

function parameter(params: unknown, name: string): string | undefined {
  const value: unknown =
    typeof params === 'object' && params !== null ? Reflect.get(params, name) : undefined;
  return typeof value === 'string' ? value : undefined;
}
