import {
  type Attributes,
  context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** Asked every few seconds by machines, to no end that a trace could tell of. */
const UNTRACED = new Set(['/healthz', '/readyz', '/metrics']);

/**
 * Makes each request a span, a part of the trace that its `traceparent` names, by the conventions of
 * OpenTelemetry for HTTP servers. To be called before other hooks are added: what they do is in it.
 */
export function traceRequests(app: FastifyInstance): void {
  const tracer = trace.getTracer('@greenvue/api');
  app.addHook('onRequest', (request, reply, done) => {
    const route = request.routeOptions.url;
    if (route !== undefined && UNTRACED.has(route)) return done();
    const from = propagation.extract(ROOT_CONTEXT, request.headers);
    const span = tracer.startSpan(
      route === undefined ? request.method : `${request.method} ${route}`,
      { kind: SpanKind.SERVER, attributes: attributesOf(request) },
      from,
    );
    const inside = trace.setSpan(from, span);
    request.log = request.log.child({ trace_id: span.spanContext().traceId });
    // Also comes when the client goes away, and at the end of an event stream.
    reply.raw.once('close', () => endSpan(span, reply));
    context.with(inside, done);
  });
}

function attributesOf(request: FastifyRequest): Attributes {
  const { method, protocol, hostname, ip, headers, url } = request;
  const route = request.routeOptions.url;
  const agent = headers['user-agent'];
  return {
    'http.request.method': method,
    // Without its query, in which people may have put secrets.
    'url.path': cut(url.split('?', 1)[0] ?? url),
    'url.scheme': protocol,
    'server.address': cut(hostname),
    'client.address': ip,
    ...(route === undefined ? {} : { 'http.route': route }),
    ...(agent === undefined ? {} : { 'user_agent.original': cut(agent) }),
  };
}

/** What a client says may be 16 KiB, and a collector refuses what is large. */
function cut(text: string): string {
  return text.slice(0, 256);
}

function endSpan(span: Span, { statusCode, raw }: FastifyReply): void {
  // A client that went away before has got none.
  if (raw.headersSent) span.setAttribute('http.response.status_code', statusCode);
  if (statusCode >= 500) {
    span.setAttribute('error.type', String(statusCode));
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end();
}
