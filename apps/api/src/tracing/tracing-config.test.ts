import { expect, test } from 'vitest';
import { parseTracing } from './tracing-config.ts';

const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' };
const DEFAULTS = {
  protocol: 'http/protobuf',
  sampler: 'parentbased_always_on',
  ratio: 1,
  batch: {
    scheduledDelayMillis: 5_000,
    exportTimeoutMillis: 30_000,
    maxQueueSize: 2_048,
    maxExportBatchSize: 512,
  },
};

test('an endpoint, for all or for traces, has everything traced', () => {
  const ofTraces = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://collector.example/v1/traces' };
  for (const set of [ENDPOINT, ofTraces, { ...ENDPOINT, ...ofTraces }])
    expect(parseTracing(set)).toEqual({ tracing: DEFAULTS, warnings: [] });
});

test.each([
  {},
  { OTEL_SERVICE_NAME: 'shop' },
  { ...ENDPOINT, OTEL_SDK_DISABLED: 'TRUE' },
  { ...ENDPOINT, OTEL_TRACES_EXPORTER: 'none' },
  { OTEL_TRACES_EXPORTER: 'none' },
])('nothing is traced with %o', (set) => {
  expect(parseTracing(set)).toEqual({ tracing: undefined, warnings: [] });
});

test('the variables of OpenTelemetry are read as it means them, those for traces before those for all', () => {
  const { tracing, warnings } = parseTracing({
    ...ENDPOINT,
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_PROPAGATORS: 'tracecontext',
    OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json',
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: '0.25',
    OTEL_BSP_SCHEDULE_DELAY: '1000',
    OTEL_BSP_EXPORT_TIMEOUT: '2000',
    OTEL_BSP_MAX_QUEUE_SIZE: '100',
    OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '10',
  });
  expect(warnings).toEqual([]);
  expect(tracing).toEqual({
    protocol: 'http/json',
    sampler: 'parentbased_traceidratio',
    ratio: 0.25,
    batch: {
      scheduledDelayMillis: 1_000,
      exportTimeoutMillis: 2_000,
      maxQueueSize: 100,
      maxExportBatchSize: 10,
    },
  });
});

test('what is wrong is a warning of one line, and the default holds', () => {
  const { tracing, warnings } = parseTracing({
    ...ENDPOINT,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    OTEL_TRACES_SAMPLER: 'sometimes',
    OTEL_TRACES_SAMPLER_ARG: '7',
    OTEL_BSP_SCHEDULE_DELAY: '5s',
    OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '0',
  });
  expect(tracing).toEqual(DEFAULTS);
  expect(warnings.map((line) => line.split(' ')[0])).toEqual([
    'OTEL_EXPORTER_OTLP_PROTOCOL',
    'OTEL_TRACES_SAMPLER',
    'OTEL_TRACES_SAMPLER_ARG',
    'OTEL_BSP_SCHEDULE_DELAY',
    'OTEL_BSP_MAX_EXPORT_BATCH_SIZE',
  ]);
  expect(warnings[0]).toBe(
    'OTEL_EXPORTER_OTLP_PROTOCOL "grpc" must be one of http/protobuf, http/json: http/protobuf is used.',
  );
});

test('an invalid endpoint is a warning that does not show it: it may have a secret in it', () => {
  expect(parseTracing({ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:secret@4318' })).toEqual({
    tracing: undefined,
    warnings: ['OTEL_EXPORTER_OTLP_ENDPOINT must be a URL such as http://127.0.0.1:4318: tracing is off.'],
  });
});

test('exporters and propagators that there are none of are named, with what is used', () => {
  const set = { ...ENDPOINT, OTEL_TRACES_EXPORTER: 'console', OTEL_PROPAGATORS: 'tracecontext,baggage' };
  expect(parseTracing(set)).toEqual({
    tracing: DEFAULTS,
    warnings: [
      'OTEL_TRACES_EXPORTER "console" must be one of otlp, none: otlp is used.',
      'OTEL_PROPAGATORS "tracecontext,baggage" must be tracecontext: tracecontext is used.',
    ],
  });
});

test('an exporter without an endpoint is refused, with an error that says so', () => {
  expect(parseTracing({ OTEL_TRACES_EXPORTER: 'console' })).toEqual({
    tracing: undefined,
    warnings: [
      'OTEL_TRACES_EXPORTER "console" is set without OTEL_EXPORTER_OTLP_ENDPOINT: tracing is off. Set that to the URL of a collector, such as http://127.0.0.1:4318.',
    ],
  });
});

test('one line names all that is not followed, but for what asks for nothing', () => {
  const more = {
    OTEL_SERVICE_NAME: 'shop',
    OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'a=b',
    OTEL_METRICS_EXPORTER: 'otlp',
    OTEL_LOGS_EXPORTER: 'none',
    OTEL_SPAN_EVENT_COUNT_LIMIT: '7',
  };
  expect(parseTracing({ ...ENDPOINT, ...more }).warnings).toEqual([
    'GreenVue ignores OTEL_METRICS_EXPORTER, OTEL_SPAN_EVENT_COUNT_LIMIT. docs/telemetry.md lists the supported variables.',
  ]);
});
