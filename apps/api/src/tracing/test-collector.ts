import { once } from 'node:events';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { expect, onTestFinished } from 'vitest';
import { z } from 'zod';

/** A span as the collector received it. */
export interface CollectedSpan {
  readonly name: string;
  /** 2: server, 5: consumer. */
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  /** 2: error. */
  readonly status: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly links: readonly string[];
  readonly events: readonly string[];
  readonly service: unknown;
}

export interface TestCollector {
  /** The variables that have a server send its spans here, soon. */
  readonly env: Readonly<Record<string, string>>;
  readonly spans: readonly CollectedSpan[];
  /** Waits until `count` spans match. Returns them in the order in which they were sent. */
  found(count: number, fits: (span: CollectedSpan) => boolean): Promise<readonly CollectedSpan[]>;
}

/** Takes spans by OTLP over HTTP as JSON; gone when the test is over. */
export async function startCollector(): Promise<TestCollector> {
  const spans: CollectedSpan[] = [];
  const server = createServer((request, response) => {
    if (request.url !== '/v1/traces') return response.writeHead(404).end();
    return json(request).then((body) => {
      spans.push(...spansIn(body));
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close().closeAllConnections());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${address.port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_BSP_SCHEDULE_DELAY: '50',
    },
    spans,
    async found(count, fits) {
      await expect.poll(() => spans.filter(fits).length).toBe(count);
      return spans.filter(fits);
    },
  };
}

const attributes = z
  .array(z.object({ key: z.string(), value: z.record(z.string(), z.unknown()) }))
  .default([])
  .transform((list) => Object.fromEntries(list.map(({ key, value }) => [key, Object.values(value)[0]])));

const exported = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes }),
      scopeSpans: z.array(
        z.object({
          spans: z.array(
            z.object({
              name: z.string(),
              kind: z.number(),
              traceId: z.string(),
              spanId: z.string(),
              parentSpanId: z.string().optional(),
              status: z.object({ code: z.number().default(0) }),
              attributes,
              links: z.array(z.object({ spanId: z.string() })).default([]),
              events: z.array(z.object({ name: z.string() })).default([]),
            }),
          ),
        }),
      ),
    }),
  ),
});

function spansIn(body: unknown): CollectedSpan[] {
  return exported.parse(body).resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map(({ status, links, events, parentSpanId, ...span }) => ({
        ...span,
        parentSpanId,
        status: status.code,
        links: links.map(({ spanId }) => spanId),
        events: events.map(({ name }) => name),
        service: resource.attributes['service.name'],
      })),
    ),
  );
}
