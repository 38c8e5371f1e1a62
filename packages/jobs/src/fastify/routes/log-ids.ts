import type { FastifyInstance, FastifyReply } from 'fastify';

/** Which job and which run a request is about, or has made, as lines of the log call them. */
interface LogIds {
  readonly jobId?: string;
  readonly runId?: string;
  /** Of a run that is run again: the run that this made. */
  readonly newRunId?: string;
}

/** From here on, what is logged of the request has them; Fastify logs its end by the reply. */
export function logWith(reply: FastifyReply, ids: LogIds): void {
  const { request } = reply;
  request.log = request.log.child(ids);
  reply.log = request.log;
}

/** What is logged of a request, the host's lines included, names the job and the run in its path. */
export function logIdsOfPaths(app: FastifyInstance): void {
  app.addHook('preHandler', (request, reply, done) => {
    // After validation: they are ids.
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
