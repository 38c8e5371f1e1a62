import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { eventsQuery } from '../../http/index.ts';
import { HttpProblem } from '../requests/http-problem.ts';
import type { JobsApp, RouteContext } from '../routes/route-context.ts';
import { eventStream, problems } from '../routes/route-docs.ts';
import { EventTexts } from './event-texts.ts';
import { EventsStream } from './events-stream.ts';

/** Limits of the event streams of one server. */
export interface EventStreamOptions {
  /** Streams open at once; a further request gets a 503. Default 100. */
  readonly maxStreams?: number;
  /** Streams open at once for one principal of `authorize`; a further request gets a 429. Default 20. */
  readonly maxStreamsPerPrincipal?: number;
  /** Time between two heartbeats. Default 15,000. */
  readonly heartbeatMs?: number;
  /**
   * Longest duration of a stream; clients then reconnect with a new token. Default 900,000 (15 minutes).
   */
  readonly maxAgeMs?: number;
  /**
   * Called with each heartbeat: whether the principal may still read the stream. The stream ends if not, or
   * if it rejects, so that a revoked token or role ends it like any other request. Default: always allowed.
   */
  readonly isStillAllowed?: (request: FastifyRequest) => Promise<boolean>;
}

const headers = z.looseObject({
  'last-event-id': z.string().max(100).optional().describe('Continue after this event'),
});

/** GET /job-events. */
export function eventRoutes(app: JobsApp, context: RouteContext, options: EventStreamOptions): void {
  const { maxStreams = 100, maxStreamsPerPrincipal = 20, isStillAllowed } = options;
  const { heartbeatMs = 15_000, maxAgeMs = 900_000 } = options;
  const texts = new EventTexts();
  /** Each stream with its principal, if the host names one. */
  const open = new Map<EventsStream, string | undefined>();
  const schema = {
    ...context.document({
      operationId: 'streamJobEvents',
      summary: 'Stream live events',
      description:
        'Server-sent events: each has an id, its type as "event", and JSON as "data". An event "reset" means that events were lost: reload your data. The server sends a comment every 15 s and ends the stream after 15 minutes; then reconnect with Last-Event-ID.',
    }),
    headers,
    querystring: eventsQuery,
    response: { 200: eventStream('The stream of events'), ...problems() },
  };

  // Open streams would keep the server from closing.
  app.addHook('preClose', async () => {
    for (const stream of open.keys()) stream.end();
  });
  const config = { isUnbounded: true };
  const route = { preParsing: context.allow('read'), exposeHeadRoute: false, schema, config };
  app.get('/job-events', route, async (request, reply) => {
    if (open.size >= maxStreams) {
      const detail = `All ${maxStreams} event streams of this server are in use. Retry after the time in Retry-After.`;
      throw new HttpProblem({ status: 503, detail, retryAfterSeconds: 30 });
    }
    const { by } = context.commandOptions(request);
    if (by !== undefined && countOf(open.values(), by) >= maxStreamsPerPrincipal) {
      const detail = `Your account or token has ${maxStreamsPerPrincipal} open event streams on this server, the limit. Close one, then retry.`;
      throw new HttpProblem({ status: 429, detail, retryAfterSeconds: 30 });
    }
    const { job_id: jobId, last_event_id: fromQuery } = request.query;
    const lastEventId = request.headers['last-event-id'] ?? fromQuery;
    const stream = new EventsStream({
      engine: context.engine,
      texts,
      jobId,
      lastEventId,
      heartbeatMs,
      maxAgeMs,
      isStillAllowed: async () => isStillAllowed === undefined || isStillAllowed(request),
    });
    open.set(stream, by);
    stream.once('close', () => open.delete(stream));
    reply.type('text/event-stream').header('cache-control', 'no-store').header('x-accel-buffering', 'no');
    return reply.send(stream);
  });
}

function countOf<T>(values: Iterable<T>, value: T): number {
  let count = 0;
  for (const each of values) if (each === value) count += 1;
  return count;
}
