import {
  Counter,
  Gauge,
  type OpenMetricsContentType,
  type PrometheusContentType,
  type Registry,
  register,
} from 'prom-client';
import { having, rule } from '../core/input/rule.ts';
import { argumentsCheck, databaseMs } from '../metrics/check-arguments.ts';
import type { Figure } from '../metrics/figure.ts';
import { JOB_FIGURES, RUN_DURATION, RUN_START_DELAY } from '../metrics/job-figures.ts';
import { createReader, DATABASE_MS, type ReadableJobs, type Reading } from '../metrics/read-figures.ts';
import { CountedHistogram } from './counted-histogram.ts';
import { KnownQuantiles } from './known-quantiles.ts';

export interface JobMetricsOptions {
  /** Default: the global registry of prom-client. */
  readonly registry?: Registry<PrometheusContentType> | Registry<OpenMetricsContentType> | undefined;
  /** Begins each name, in place of `greenvue_`. Two engines in one registry need two prefixes. */
  readonly prefix?: string | undefined;
  /** How long a scrape waits for the database (ms); default 2 s. */
  readonly databaseMs?: number | undefined;
}

const isPrefix = (value: unknown) => typeof value === 'string' && /^(?:[a-z_:][\w:]*)?$/i.test(value);

const check = argumentsCheck<JobMetricsOptions>(['stats', 'activity'], {
  registry: having('a registry of prom-client', 'registerMetric', 'metrics'),
  prefix: rule(isPrefix, { what: 'the begin of a metric\'s name, such as "shop_"' }),
  databaseMs,
});

/**
 * Adds the metrics of an engine to a registry of prom-client. Each scrape reads the engine once. Labels are
 * job types and statuses, never ids, so the number of series does not grow with the jobs. While the database
 * does not respond, the metrics of the node itself remain. Throws if a name is registered already, and an
 * `EngineError` for invalid arguments.
 */
export function registerJobMetrics(jobs: ReadableJobs, options: JobMetricsOptions = {}): void {
  check({ jobs, options });
  const { registry = register, prefix = 'greenvue_', databaseMs: waitMs = DATABASE_MS } = options;
  const read = createReader(jobs, waitMs);
  for (const figure of JOB_FIGURES) registerFigure(figure, { registry, prefix, read });
  for (const distribution of [RUN_DURATION, RUN_START_DELAY]) {
    const { help, of } = distribution;
    const name = prefix + nameOf({ ...distribution, unit: 's', kind: 'gauge' });
    new CountedHistogram(
      { name, help, registers: [registry] },
      async () => (await read()).activity.types,
      of,
    );
  }
}

interface Target {
  readonly registry: NonNullable<JobMetricsOptions['registry']>;
  readonly prefix: string;
  readonly read: () => Promise<Reading>;
}

function registerFigure(figure: Figure, { registry, prefix, read }: Target): void {
  const named = { name: prefix + nameOf(figure), help: figure.help, registers: [registry] };
  const about = { ...named, labelNames: figure.labels };
  const samples = async () => figure.read(await read());
  if (figure.kind === 'quantiles') {
    new KnownQuantiles(named, samples);
    return;
  }
  if (figure.kind === 'counter') {
    const counter = new Counter({
      ...about,
      async collect() {
        const current = await samples();
        counter.reset();
        for (const { labels, value } of current) counter.inc(labels, value);
      },
    });
    return;
  }
  const gauge = new Gauge({
    ...about,
    async collect() {
      const current = await samples();
      // A gauge without labels would be 0 after a reset; no number is better than a wrong one.
      if (figure.labels.length === 0) gauge.remove();
      else gauge.reset();
      for (const { labels, value } of current) gauge.set(labels, value);
    },
  });
}

/** A name as OpenTelemetry translates it for Prometheus: `run.attempts` is `run_attempts_total`. */
function nameOf({ name, unit, kind }: Pick<Figure, 'name' | 'unit' | 'kind'>): string {
  return name.replaceAll('.', '_') + (unit === 's' ? '_seconds' : '') + (kind === 'counter' ? '_total' : '');
}
