import { z } from 'zod';
import { defineRoute } from '../routing/route.ts';
import { eventStream, problems } from '../routing/route-docs.ts';
import { eventsQuery } from '../views/event.ts';

const headers = z.looseObject({
  'last-event-id': z.string().max(100).optional().describe('Continue after this event'),
});

const streamJobEvents = defineRoute({
  method: 'GET',
  path: '/job-events',
  need: 'read',
  isStream: true,
  doc: {
    operationId: 'streamJobEvents',
    summary: 'Stream live events',
    description:
      'Server-sent events: each has an id, its type as "event", and JSON as "data". An event "reset" means that events were lost: reload your data. The server sends a comment every 15 s and ends the stream after 15 minutes; then reconnect with Last-Event-ID.',
  },
  headers,
  query: eventsQuery,
  responses: { 200: eventStream('The stream of events'), ...problems() },
  handle: async ({ query, headers, context }, { eventStreams }) => {
    const events = eventStreams.open({
      by: context.principal?.id,
      jobId: query.job_id,
      lastEventId: headers['last-event-id'] ?? query.last_event_id,
      isStillAllowed: () => context.mayStillRead(),
    });
    return { status: 200, headers: HEADERS, events };
  },
});

/** Compression by the host or a proxy, or its buffer, would hold events back. */
const HEADERS = { 'cache-control': 'no-store, no-transform', 'x-accel-buffering': 'no' } as const;

/** GET /job-events. */
export const eventRoutes = [streamJobEvents];
