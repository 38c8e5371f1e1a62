import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';

/** What `/metrics` shows: of the process, and of each answer. Others add their own to `registry`. */
export interface Metrics {
  readonly registry: Registry;
  /** Counts an answer. `route` is its pattern, not its path, so that the number of series is bounded. */
  observe(answer: { route: string; method: string; status: number; seconds: number }): void;
  /** Counts a connection that the server closed at once, or a request that it refused. */
  countDrop(reason: 'server' | 'network' | 'overload'): void;
}

/** A registry of its own, not the global one, so that two apps in a process don't share counts. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'How long answers took, by route, method and status',
    labelNames: ['route', 'method', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  const drops = new Counter({
    name: 'http_connections_dropped_total',
    help: 'New connections closed at once: as many as the server allows in all, or from that network, were open',
    labelNames: ['reason'],
    registers: [registry],
  });
  for (const reason of ['server', 'network'] as const) drops.inc({ reason }, 0);
  const refused = new Counter({
    name: 'http_requests_refused_total',
    help: 'Requests answered with 503 before any work, because the server was overloaded',
    registers: [registry],
  });
  return {
    registry,
    observe: ({ route, method, status, seconds }) => durations.observe({ route, method, status }, seconds),
    countDrop: (reason) => (reason === 'overload' ? refused.inc() : drops.inc({ reason })),
  };
}
