import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { eventsQuery } from '../../http/index.ts';
import { HttpProblem } from '../requests/http-problem.ts';
import type { JobsApp, RouteContext } from '../routes/route-context.ts';
import { eventStream, problems } from '../routes/route-docs.ts';
import { EventTexts } from './event-texts.ts';
import { EventsStream } from './events-stream.ts';

/** Bounds of the event streams of one server. */
export interface EventStreamOptions {
  /** How many may be open at once; one more is a 503. Default 100. */
  readonly maxStreams?: number;
  /** How many of them one principal of `authorize` may have open; one more is a 429. Default 20. */
  readonly maxStreamsPerPrincipal?: number;
  /** Default 15,000. */
  readonly heartbeatMs?: number;
  /**
   * The longest life of a stream, so that clients come back with a fresh token. Default 900,000 (15 minutes).
   */
  readonly maxAgeMs?: number;
  /**
   * Asked with each heartbeat: whether who opened the stream may still read it. If not, or when it rejects,
   * the stream ends, so that a token that was revoked, or a role that was taken, stops it as it stops any
   * other request. Default: always.
   */
  readonly isStillAllowed?: (request: FastifyRequest) => Promise<boolean>;
}

const headers = z.looseObject({
  'last-event-id': z.string().max(100).optional().describe('Go on after this event'),
});

/** GET /job-events. */
export function eventRoutes(app: JobsApp, context: RouteContext, options: EventStreamOptions): void {
  const { maxStreams = 100, maxStreamsPerPrincipal = 20, isStillAllowed } = options;
  const { heartbeatMs = 15_000, maxAgeMs = 900_000 } = options;
  const texts = new EventTexts();
  /** With who opened it, where the host says so. */
  const open = new Map<EventsStream, string | undefined>();
  const schema = {
    ...context.document({
      operationId: 'streamJobEvents',
      summary: 'Live events',
      description:
        'Server-sent events: each has an id, its type as "event", and JSON as "data". An event "reset" means that some were missed: read anew what you show. Comments come every 15 s. The stream ends after 15 minutes; reconnect with Last-Event-ID.',
    }),
    headers,
    querystring: eventsQuery,
    response: { 200: eventStream('The stream'), ...problems() },
  };

  // Open streams would keep the server from closing.
  app.addHook('preClose', async () => {
    for (const stream of open.keys()) stream.end();
  });
  const config = { isUnbounded: true };
  const route = { preParsing: context.allow('read'), exposeHeadRoute: false, schema, config };
  app.get('/job-events', route, async (request, reply) => {
    if (open.size >= maxStreams) {
      const detail = `All ${maxStreams} event streams of this server are in use.`;
      throw new HttpProblem({ status: 503, detail, retryAfterSeconds: 30 });
    }
    const { by } = context.asked(request);
    if (by !== undefined && countOf(open.values(), by) >= maxStreamsPerPrincipal) {
      const detail = `Your account or token has ${maxStreamsPerPrincipal} event streams open on this server, the limit. Close one, then try again.`;
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
