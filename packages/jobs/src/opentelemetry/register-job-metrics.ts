import { type Attributes, type Meter, metrics, type Observable } from '@opentelemetry/api';
import { having } from '../core/input/rule.ts';
import type { Engine } from '../engine/ports/engine-port.ts';
import type { AttemptObserver } from '../engine/ports/engine-stats.ts';
import { argumentsCheck, databaseMs } from '../metrics/check-arguments.ts';
import type { Figure } from '../metrics/figure.ts';
import { JOB_FIGURES, RUN_DURATION, RUN_START_DELAY } from '../metrics/job-figures.ts';
import { createReader, DATABASE_MS } from '../metrics/read-figures.ts';

export interface JobMetricsOptions {
  /** Default: the meter `@greenvue/jobs` of the global provider. */
  readonly meter?: Meter | undefined;
  /** How long a collection waits for the database (ms); default 2 s. */
  readonly databaseMs?: number | undefined;
}

const check = argumentsCheck<JobMetricsOptions>(['stats', 'activity', 'observeAttempts'], {
  meter: having('a meter of OpenTelemetry', 'createHistogram', 'addBatchObservableCallback'),
  databaseMs,
});

/**
 * Adds the metrics of an engine to a meter: OpenTelemetry's `messaging.*` metrics for attempts, as a consumer
 * of the queue named after the job type, and `greenvue.*` for the rest. Register the SDK's provider first.
 * Returns a function that removes them. Throws an `EngineError` for invalid arguments.
 */
export function registerJobMetrics(
  jobs: Pick<Engine, 'stats' | 'activity' | 'observeAttempts'>,
  options: JobMetricsOptions = {},
): () => void {
  check({ jobs, options });
  const { meter = metrics.getMeter('@greenvue/jobs'), databaseMs: waitMs = DATABASE_MS } = options;
  const read = createReader(jobs, waitMs);
  const figures = JOB_FIGURES.map((figure) => ({ figure, observable: observableOf(meter, figure) }));
  const observables = figures.map(({ observable }) => observable);
  const collect = async (result: Parameters<Parameters<Meter['addBatchObservableCallback']>[0]>[0]) => {
    const reading = await read();
    for (const { figure, observable } of figures) {
      for (const { labels, value } of figure.read(reading)) result.observe(observable, value, labels);
    }
  };
  meter.addBatchObservableCallback(collect, observables);
  const stopObserving = jobs.observeAttempts(attemptMetrics(meter, jobs));
  return () => {
    stopObserving();
    meter.removeBatchObservableCallback(collect, observables);
  };
}

function observableOf(meter: Meter, { name, help, kind, unit }: Figure): Observable {
  const options = { description: help, unit };
  switch (kind) {
    case 'gauge':
    case 'quantiles':
      return meter.createObservableGauge(`greenvue.${name}`, options);
    case 'sum':
      return meter.createObservableUpDownCounter(`greenvue.${name}`, options);
    case 'counter':
      return meter.createObservableCounter(`greenvue.${name}`, options);
    default:
      return kind satisfies never;
  }
}

/** Records single attempts, which a histogram of OpenTelemetry needs. */
function attemptMetrics(meter: Meter, jobs: Pick<Engine, 'activity'>): AttemptObserver {
  // All types have the same bounds. The bounds of the convention end at 10 s; attempts may take an hour.
  const [bounds] = jobs.activity().types;
  const histogram = (name: string, description: string, of: 'durations' | 'lateness') =>
    meter.createHistogram(name, {
      description,
      unit: 's',
      advice: { explicitBucketBoundaries: bounds?.[of].boundsMs.map((ms) => ms / 1_000) ?? [] },
    });
  const duration = histogram('messaging.process.duration', RUN_DURATION.help, RUN_DURATION.of);
  const delay = histogram(`greenvue.${RUN_START_DELAY.name}`, RUN_START_DELAY.help, RUN_START_DELAY.of);
  const consumed = meter.createCounter('messaging.client.consumed.messages', {
    description: 'Attempts that started on this node',
    unit: '{message}',
  });
  return {
    started({ type, latenessMs }) {
      delay.record(latenessMs / 1_000, { type });
      consumed.add(1, messagingAttributes(type));
    },
    ended({ type, tookMs, reason }) {
      const failed = reason === undefined ? {} : { 'error.type': reason };
      duration.record(tookMs / 1_000, { ...messagingAttributes(type), ...failed });
    },
  };
}

/** As in OpenTelemetry's conventions for messaging systems. */
function messagingAttributes(type: string): Attributes {
  return {
    'messaging.system': 'greenvue_jobs',
    'messaging.operation.name': 'process',
    'messaging.operation.type': 'process',
    'messaging.destination.name': type,
  };
}
