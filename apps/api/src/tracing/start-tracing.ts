import { setTimeout } from 'node:timers/promises';
import type { Tracing } from '@greenvue/jobs';
import { createTracing } from '@greenvue/jobs/opentelemetry';
import { context, DiagLogLevel, diag, propagation, trace } from '@opentelemetry/api';
import type { Sampler, SpanExporter } from '@opentelemetry/sdk-trace';
import type { Logger } from 'pino';
import type { TracingConfig } from './tracing-config.ts';

export interface RunningTracing {
  /** For the engine. */
  readonly tracing: Tracing;
  /** Sends what is left, for a moment at most. */
  stop(): Promise<void>;
}

/** A collector that does not answer keeps no server from its end. */
const FLUSH_MS = 2_000;

/**
 * Starts OpenTelemetry's SDK for the whole process. It is loaded here, so that a server that traces nothing
 * starts as quickly as without it. Undefined when it can't be started, which the log tells: nothing else is
 * to suffer.
 */
export async function startTracing(
  config: TracingConfig,
  { version, logger }: { readonly version: string; readonly logger: Logger },
): Promise<RunningTracing | undefined> {
  try {
    return await start(config, version, logger);
  } catch (error) {
    logger.warn({ err: error }, 'OpenTelemetry could not start; tracing is off');
    return undefined;
  }
}

async function start(config: TracingConfig, version: string, logger: Logger): Promise<RunningTracing> {
  const [sdk, { AsyncLocalStorageContextManager }, core] = await Promise.all([
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/context-async-hooks'),
    import('@opentelemetry/core'),
  ]);
  const provider = new sdk.TracerProvider({
    resource: await resourceOf(version),
    sampler: samplerOf(config, sdk),
    spanProcessors: [new sdk.BatchSpanProcessor({ exporter: await createExporter(config), ...config.batch })],
  });
  const say = seldom(logger);
  const lost = (error: unknown) => say('spans could not be sent, and are lost', error);
  core.setGlobalErrorHandler(lost);
  const tell = (message: string, ...details: unknown[]) => say(message, ...details);
  const quiet = () => undefined;
  diag.setLogger(
    { error: tell, warn: tell, info: quiet, debug: quiet, verbose: quiet },
    { logLevel: DiagLogLevel.WARN },
  );
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new core.W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(provider);
  return {
    tracing: createTracing(),
    async stop() {
      const late = new AbortController();
      const flushed = provider.shutdown().catch(lost);
      await Promise.race([flushed, setTimeout(FLUSH_MS, undefined, { signal: late.signal, ref: false })]);
      late.abort();
      for (const api of [trace, context, propagation, diag]) api.disable();
      core.setGlobalErrorHandler(core.loggingErrorHandler());
    },
  };
}

/** What the environment says of the process comes last, and so counts most. */
async function resourceOf(version: string) {
  const { defaultResource, detectResources, envDetector, resourceFromAttributes, serviceInstanceIdDetector } =
    await import('@opentelemetry/resources');
  return defaultResource()
    .merge(resourceFromAttributes({ 'service.name': 'greenvue', 'service.version': version }))
    .merge(detectResources({ detectors: [serviceInstanceIdDetector, envDetector] }));
}

async function createExporter({ protocol }: TracingConfig): Promise<SpanExporter> {
  const { OTLPTraceExporter } = await (protocol === 'http/json'
    ? import('@opentelemetry/exporter-trace-otlp-http')
    : import('@opentelemetry/exporter-trace-otlp-proto'));
  return new OTLPTraceExporter();
}

type Sdk = typeof import('@opentelemetry/sdk-trace');

function samplerOf({ sampler, ratio }: TracingConfig, sdk: Sdk): Sampler {
  switch (sampler) {
    case 'always_on':
      return new sdk.AlwaysOnSampler();
    case 'always_off':
      return new sdk.AlwaysOffSampler();
    case 'traceidratio':
      return new sdk.TraceIdRatioBasedSampler(ratio);
    case 'parentbased_always_on':
      return new sdk.ParentBasedSampler({ root: new sdk.AlwaysOnSampler() });
    case 'parentbased_always_off':
      return new sdk.ParentBasedSampler({ root: new sdk.AlwaysOffSampler() });
    case 'parentbased_traceidratio':
      return new sdk.ParentBasedSampler({ root: new sdk.TraceIdRatioBasedSampler(ratio) });
    default:
      return sampler satisfies never;
  }
}

const QUIET_MS = 60_000;
/** Limit of different messages per minute, because some contain variable text. */
const MOST_KINDS = 10;

/**
 * What OpenTelemetry has to say of itself, each kind of it once a minute: a collector that is away would fill
 * the log.
 */
function seldom(logger: Logger): (message: string, ...details: unknown[]) => void {
  const said = new Set<string>();
  let since = Number.NEGATIVE_INFINITY;
  return (message, ...details) => {
    const now = performance.now();
    if (now - since >= QUIET_MS) {
      said.clear();
      since = now;
    }
    const error = details.find((each) => each instanceof Error);
    const kind = `${message.replaceAll(/\d+/g, '')} ${error?.name} ${error?.message}`;
    if (said.has(kind) || said.size >= MOST_KINDS) return;
    said.add(kind);
    logger.warn({ err: error }, `OpenTelemetry: ${message}`);
  };
}
