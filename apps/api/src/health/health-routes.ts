import { createHash, timingSafeEqual } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { isLoopback } from '../rest/client-address.ts';
import { forbidden, unavailable } from '../rest/problem.ts';
import { problems } from '../rest/responses.ts';
import type { Metrics } from './metrics.ts';

/** A dependency without which the server is not ready. */
export interface ReadyCheck {
  readonly name: string;
  /** Rejects if the dependency fails. More than two seconds count as a failure. */
  check(): Promise<unknown>;
}

export interface HealthRoutesDeps {
  readonly checks: readonly ReadyCheck[];
  readonly metrics: Metrics;
  /** Undefined: only this machine may read the metrics. */
  readonly metricsToken: string | undefined;
  /**
   * True in production or with TRUST_PROXY: requests through a proxy may look like requests from this
   * machine.
   */
  readonly mayHaveProxy: boolean;
}

const NOT_LOCAL =
  'Without a token, metrics are readable only from this machine: at 127.0.0.1, localhost or [::1], without a proxy. From another machine, in production or with TRUST_PROXY, set METRICS_TOKEN and send it as a bearer token.';
const CHECK_MS = 2_000;
const RETRY_SECONDS = 5;

// For everybody and without a lookup of the token, which needs the database that may be unavailable.
const config = { rateLimit: false, ownAuthentication: true } as const;

const status = z.object({ status: z.literal('ok') });
const tags = ['Health'];

const aliveSchema = {
  tags,
  operationId: 'getLiveness',
  summary: 'Check whether the process is alive',
  security: [],
  response: { 200: status },
};

const readySchema = {
  tags,
  operationId: 'getReadiness',
  summary: 'Check whether the server is ready',
  security: [],
  response: { 200: status },
};

const metricsSchema = {
  tags,
  operationId: 'getMetrics',
  summary:
    'Read metrics for Prometheus: with METRICS_TOKEN as bearer token, or in development from this machine',
  response: {
    200: { description: 'Metrics', content: { 'text/plain': { schema: z.string() } } },
    ...problems(403),
  },
};

/** `/healthz` (the process is alive), `/readyz` (it is ready) and `/metrics` (for Prometheus). */
export function healthRoutes({
  checks,
  metrics,
  metricsToken,
  mayHaveProxy,
}: HealthRoutesDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/healthz', { config, schema: aliveSchema }, async () => ({ status: 'ok' as const }));

    app.get('/readyz', { config, schema: readySchema }, async (request) => {
      const failed = await failedChecks(checks, request);
      if (failed.length > 0) throw unavailable(`Not ready: ${failed.join(', ')}.`, RETRY_SECONDS);
      return { status: 'ok' as const };
    });

    app.get('/metrics', { config, schema: metricsSchema }, async (request, reply) => {
      const allowed =
        metricsToken === undefined ? !mayHaveProxy && isLocal(request) : hasToken(request, metricsToken);
      if (!allowed) throw forbidden(NOT_LOCAL);
      return reply.type(metrics.registry.contentType).send(await metrics.registry.metrics());
    });
  };
}

async function failedChecks(checks: readonly ReadyCheck[], request: FastifyRequest): Promise<string[]> {
  const stop = new AbortController();
  const tooLate = setTimeout(CHECK_MS, undefined, { signal: stop.signal }).then(() => {
    throw new Error(`no response within ${CHECK_MS} ms`);
  });
  const outcomes = await Promise.allSettled(checks.map(({ check }) => Promise.race([check(), tooLate])));
  // The timer ends here; its rejection is expected.
  stop.abort();
  await Promise.allSettled([tooLate]);
  return outcomes.flatMap((outcome, index) => {
    if (outcome.status === 'fulfilled') return [];
    const name = checks[index]?.name ?? 'unknown';
    request.log.warn({ err: outcome.reason, check: name }, 'not ready');
    return [name];
  });
}

/** Headers that proxies add about themselves or their clients. */
const OF_PROXIES =
  /^(?:forwarded|via|x-forwarded(?:-.+)?|x-real-ip|(?:x|true|x-cluster|fastly|fly)-client-ip|cf-.+)$/;
const LOCAL_HOST = /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(?::\d+)?$/i;

/**
 * Whether a request comes from this machine and not through a proxy on it. A request counts as forwarded if
 * it has headers of a proxy, another host name, or HTTP/1.0, the default of proxies.
 */
function isLocal(request: FastifyRequest): boolean {
  const { headers, raw } = request;
  if (raw.httpVersion !== '1.1' || !LOCAL_HOST.test(headers.host ?? '')) return false;
  if (Object.keys(headers).some((name) => OF_PROXIES.test(name))) return false;
  return isLoopback(request.socket.remoteAddress ?? '');
}

function hasToken(request: FastifyRequest, token: string): boolean {
  const sent = request.headers.authorization ?? '';
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(sent), digest(`Bearer ${token}`));
}
