/**
 * How spans are sampled and exported. The exporter reads its endpoint, headers and timeout from the
 * environment.
 */
export interface TracingConfig {
  readonly protocol: (typeof PROTOCOLS)[number];
  readonly sampler: (typeof SAMPLERS)[number];
  /** Sampled fraction of traces, for samplers with a ratio. */
  readonly ratio: number;
  readonly batch: {
    readonly scheduledDelayMillis: number;
    readonly exportTimeoutMillis: number;
    readonly maxQueueSize: number;
    readonly maxExportBatchSize: number;
  };
}

const PROTOCOLS = ['http/protobuf', 'http/json'] as const;
const SAMPLERS = [
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
  'always_on',
  'always_off',
  'traceidratio',
] as const;

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Reads the variables of OpenTelemetry. Without an endpoint, tracing is off. They are often set for many
 * programs at once, so an invalid value is a warning and its default applies, as OpenTelemetry requires.
 */
export function parseTracing(set: Variables): {
  readonly tracing: TracingConfig | undefined;
  readonly warnings: readonly string[];
} {
  const endpoint = ownOr('ENDPOINT', set);
  const value = set[endpoint];
  if (isOff(set)) return { tracing: undefined, warnings: [] };
  if (value === undefined) return { tracing: undefined, warnings: withoutEndpoint(set) };
  if (!/^https?:$/.test(URL.parse(value)?.protocol ?? '')) {
    return {
      tracing: undefined,
      warnings: [`${endpoint} must be a URL such as http://127.0.0.1:4318: tracing is off.`],
    };
  }
  const { word, number, warnings } = readerOf(set);
  word('OTEL_TRACES_EXPORTER', ['otlp', 'none']);
  word('OTEL_PROPAGATORS', ['tracecontext']);
  const tracing = {
    protocol: word(ownOr('PROTOCOL', set), PROTOCOLS),
    sampler: word('OTEL_TRACES_SAMPLER', SAMPLERS),
    ratio: number('OTEL_TRACES_SAMPLER_ARG', { fallback: 1, min: 0, max: 1 }),
    batch: {
      scheduledDelayMillis: number('OTEL_BSP_SCHEDULE_DELAY', { fallback: 5_000, min: 0, max: LARGEST }),
      exportTimeoutMillis: number('OTEL_BSP_EXPORT_TIMEOUT', { fallback: 30_000, min: 0, max: LARGEST }),
      maxQueueSize: number('OTEL_BSP_MAX_QUEUE_SIZE', { fallback: 2_048, min: 1, max: LARGEST }),
      maxExportBatchSize: number('OTEL_BSP_MAX_EXPORT_BATCH_SIZE', { fallback: 512, min: 1, max: LARGEST }),
    },
  };
  return { tracing, warnings: [...warnings, ...withoutEffect(set)] };
}

const LARGEST = 2 ** 31 - 1;

/** A warning if an exporter is set without an endpoint. */
function withoutEndpoint({ OTEL_TRACES_EXPORTER: exporter }: Variables): string[] {
  if (exporter === undefined) return [];
  return [
    `OTEL_TRACES_EXPORTER ${JSON.stringify(exporter)} is set without OTEL_EXPORTER_OTLP_ENDPOINT: tracing is off. Set that to the URL of a collector, such as http://127.0.0.1:4318.`,
  ];
}

const EXPORTER = 'ENDPOINT|PROTOCOL|HEADERS|TIMEOUT|COMPRESSION|CERTIFICATE|CLIENT_KEY|CLIENT_CERTIFICATE';
const FOLLOWED = new RegExp(
  `^OTEL_(SDK_DISABLED|TRACES_EXPORTER|PROPAGATORS|SERVICE_NAME|RESOURCE_ATTRIBUTES|TRACES_SAMPLER(_ARG)?|EXPORTER_OTLP_(TRACES_)?(${EXPORTER})|BSP_(SCHEDULE_DELAY|EXPORT_TIMEOUT|MAX_QUEUE_SIZE|MAX_EXPORT_BATCH_SIZE))$`,
);

/** One line about variables that GreenVue ignores, except those with the value `none`. */
function withoutEffect(set: Variables): string[] {
  const names = Object.keys(set).filter(
    (name) => name.startsWith('OTEL_') && !FOLLOWED.test(name) && set[name] !== 'none',
  );
  return names.length === 0
    ? []
    : [`GreenVue ignores ${names.join(', ')}. docs/telemetry.md lists the supported variables.`];
}

/** The variable for traces alone, if it is set, else the one for all signals. */
function ownOr(name: string, set: Variables): string {
  const own = `OTEL_EXPORTER_OTLP_TRACES_${name}`;
  return set[own] === undefined ? `OTEL_EXPORTER_OTLP_${name}` : own;
}

function isOff(set: Variables): boolean {
  return set.OTEL_SDK_DISABLED?.toLowerCase() === 'true' || set.OTEL_TRACES_EXPORTER === 'none';
}

interface Bounds {
  readonly fallback: number;
  readonly min: number;
  readonly max: number;
}

function readerOf(set: Variables) {
  const warnings: string[] = [];
  const refuse = (name: string, wanted: string, fallback: string | number) =>
    warnings.push(`${name} ${JSON.stringify(set[name])} must be ${wanted}: ${fallback} is used.`);
  return {
    warnings,
    /** The first one is the default. */
    word<Word extends string>(name: string, words: readonly [Word, ...Word[]]): Word {
      const text = set[name];
      const found = words.find((word) => word === text);
      if (text !== undefined && found === undefined)
        refuse(name, words.length === 1 ? words[0] : `one of ${words.join(', ')}`, words[0]);
      return found ?? words[0];
    },
    number(name: string, { fallback, min, max }: Bounds): number {
      const text = set[name];
      const value = text === undefined ? fallback : Number(text);
      if (value >= min && value <= max) return value;
      refuse(name, `a number from ${min} to ${max}`, fallback);
      return fallback;
    },
  };
}
