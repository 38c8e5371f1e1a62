import {
  AggregationTemporality,
  DataPointType,
  InMemoryMetricExporter,
  MeterProvider,
  type MetricData,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { PermanentError } from '../../src/index.ts';
import { registerJobMetrics } from '../../src/opentelemetry/index.ts';
import { registerJobMetrics as registerInPrometheus } from '../../src/prometheus/index.ts';
import { createHarness, type Harness, job, runOnce } from '../engine/engine-harness.ts';

// With OpenTelemetry's own SDK.
describe('the metrics for OpenTelemetry', () => {
  let h: Harness;
  let exporter: InMemoryMetricExporter;
  let provider: MeterProvider;
  let remove: () => void;
  beforeEach(async () => {
    h = await createHarness();
    exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
    provider = new MeterProvider({ readers: [reader] });
    remove = registerJobMetrics(h.engine, { meter: provider.getMeter('test') });
    await h.engine.createJob(job({ overlap: 'allow', maxAttempts: 1 }));
  });
  afterEach(async () => {
    await h.close();
    await provider.shutdown();
  });

  const collected = async (): Promise<readonly MetricData[]> => {
    exporter.reset();
    await provider.forceFlush();
    return exporter
      .getMetrics()
      .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics));
  };
  /** The points of a metric, as pairs of attributes and value. */
  const pointsOf = async (name: string) =>
    (await collected())
      .filter(({ descriptor }) => descriptor.name === name)
      .flatMap(({ dataPoints }) => dataPoints.map(({ attributes, value }) => [attributes, value]));

  test('are refused with what to write instead of wrong arguments', () => {
    // What callers without TypeScript may pass.
    const register = (...given: unknown[]) => Reflect.apply(registerJobMetrics, undefined, given);
    expect(() => register()).toThrow('jobs: is required: the engine that createJobs() returned');
    expect(() => register(h.engine, { meter: {} })).toThrow(
      'options.meter: must be a meter of OpenTelemetry',
    );
    expect(() => register(h.engine, { prefix: 'shop_' })).toThrow('options.prefix: unknown field');
  });

  test('wait no longer for the database than they are told', async () => {
    remove();
    h.engine.stats = () => new Promise(() => undefined);
    registerJobMetrics(h.engine, { meter: provider.getMeter('other'), databaseMs: 500 });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      let points: unknown;
      void pointsOf('greenvue.job.database_up').then((read) => {
        points = read;
      });
      await vi.advanceTimersByTimeAsync(499);
      expect(points).toBeUndefined();
      // The exporter answers in a timer of its own.
      await vi.advanceTimersByTimeAsync(2);
      expect(points).toEqual([[{}, 0]]);
    } finally {
      vi.useRealTimers();
    }
  });

  test('have attempts as messages that a consumer processes, with the reason of a failure', async () => {
    h.deps.handler = (ctx) => {
      h.clock.advance(40);
      if (ctx.payload.n === 1) throw new PermanentError('never');
    };
    for (const n of [0, 1]) await runOnce(h, { n });
    const processed = {
      'messaging.system': 'greenvue_jobs',
      'messaging.operation.name': 'process',
      'messaging.operation.type': 'process',
      'messaging.destination.name': 'work',
    };
    const took = { count: 1, sum: 0.04 };
    expect(await pointsOf('messaging.process.duration')).toEqual([
      [processed, expect.objectContaining(took)],
      [{ ...processed, 'error.type': 'error' }, expect.objectContaining(took)],
    ]);
    expect(await pointsOf('messaging.client.consumed.messages')).toEqual([[processed, 2]]);
    expect(await pointsOf('greenvue.run.start_delay')).toEqual([
      [{ type: 'work' }, expect.objectContaining({ count: 2 })],
    ]);
    expect(await pointsOf('greenvue.run.attempts')).toEqual(
      expect.arrayContaining([
        [{ type: 'work', outcome: 'succeeded' }, 1],
        [{ type: 'work', outcome: 'failed' }, 1],
      ]),
    );
  });

  test('are those of Prometheus, under the names into which Prometheus translates them', async () => {
    await runOnce(h);
    const registry = new Registry();
    registerInPrometheus(h.engine, { registry });
    // Those of PostgreSQL have no values here, and OpenTelemetry leaves out what has none.
    const isHere = (name: string) => !/_job_database_(?!up$)/.test(name);
    const inPrometheus = (await registry.getMetricsAsJSON()).map(({ name }) => name).filter(isHere);
    const translated = (await collected())
      .filter(({ descriptor }) => descriptor.name.startsWith('greenvue.'))
      .map(({ descriptor: { name, unit }, ...data }) => {
        const seconds = unit === 's' ? '_seconds' : '';
        const total = data.dataPointType === DataPointType.SUM && data.isMonotonic ? '_total' : '';
        return `${name.replaceAll('.', '_')}${seconds}${total}`;
      });
    // The only one with a name in the conventions.
    expect([...translated, 'greenvue_run_duration_seconds'].sort()).toEqual([...inPrometheus].sort());
  });

  test('have what the node knows while the database is unavailable', async () => {
    h.store.make('fails', 'stats');
    expect(await pointsOf('greenvue.job.database_up')).toEqual([[{}, 0]]);
    expect(await pointsOf('greenvue.jobs')).toEqual([]);
    expect(await pointsOf('greenvue.job.places')).toContainEqual([{ state: 'all' }, 10]);
    h.store.restore();
    expect(await pointsOf('greenvue.job.database_up')).toEqual([[{}, 1]]);
    expect(await pointsOf('greenvue.jobs')).toContainEqual([{ status: 'active' }, 1]);
  });

  test('end when they are removed', async () => {
    await runOnce(h);
    remove();
    await runOnce(h);
    expect(await pointsOf('messaging.client.consumed.messages')).toEqual([[expect.anything(), 1]]);
    expect(await pointsOf('greenvue.jobs')).toEqual([]);
  });
});
