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

/** Polled every few seconds by monitoring; traces of them have no use. */
const UNTRACED = new Set(['/healthz', '/readyz', '/metrics']);

/**
 * Records each request as a span in the trace of its `traceparent`, by the OpenTelemetry conventions for HTTP
 * servers. Call it before other hooks are added, so that the span includes them.
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
    // Also fires when the client disconnects, and at the end of an event stream.
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
    // Without the query, which may contain secrets.
    'url.path': cut(url.split('?', 1)[0] ?? url),
    'url.scheme': protocol,
    'server.address': cut(hostname),
    'client.address': ip,
    ...(route === undefined ? {} : { 'http.route': route }),
    ...(agent === undefined ? {} : { 'user_agent.original': cut(agent) }),
  };
}

/** Headers can have 16 KiB, and collectors refuse long attributes. */
function cut(text: string): string {
  return text.slice(0, 256);
}

function endSpan(span: Span, { statusCode, raw }: FastifyReply): void {
  // A client that disconnected before got no status.
  if (raw.headersSent) span.setAttribute('http.response.status_code', statusCode);
  if (statusCode >= 500) {
    span.setAttribute('error.type', String(statusCode));
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end();
}
