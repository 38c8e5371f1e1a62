import {
  type Attributes,
  context,
  isSpanContextValid,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import type { AttemptSpan, TracedAttempt, Tracing } from '../engine/ports/tracing.ts';

type Outcome = Parameters<AttemptSpan['end']>[0];

/**
 * Makes each attempt a span of the SDK that the process registers with `@opentelemetry/api`, before or after
 * this:
 *
 *     createJobs({ …, tracing: createTracing() })
 *
 * The attempts of a manual run are children of the request that triggered it. Attempts of a scheduled run are
 * traces of their own, with a link to the request that created the job, which may be years old. Without an
 * SDK, nothing happens.
 */
export function createTracing(): Tracing {
  const tracer = trace.getTracer('@greenvue/jobs');
  return {
    current: () => traceparentOf(trace.getSpanContext(context.active())),
    begin(attempt) {
      const parent = spanContextOf(attempt.origin.run);
      const link = parent === undefined ? spanContextOf(attempt.origin.job) : undefined;
      const under = parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent);
      const span = tracer.startSpan(
        `run ${attempt.job.type}`,
        {
          kind: SpanKind.CONSUMER,
          attributes: attributesOf(attempt),
          links: link === undefined ? [] : [{ context: link }],
        },
        under,
      );
      const inside = trace.setSpan(under, span);
      return {
        traceparent: traceparentOf(span.spanContext()),
        within: (work) => context.with(inside, work),
        end: (outcome) => endSpan(span, outcome),
      };
    },
  };
}

function attributesOf({ job, run, trigger }: TracedAttempt): Attributes {
  const { scheduledFor } = run;
  return {
    'greenvue.job.id': job.id,
    'greenvue.job.type': job.type,
    'greenvue.run.id': run.id,
    'greenvue.run.attempt': run.attempt,
    'greenvue.run.trigger': trigger,
    ...(scheduledFor === undefined ? {} : { 'greenvue.run.scheduled_for': scheduledFor.toISOString() }),
  };
}

function endSpan(span: Span, outcome: Outcome): void {
  span.setAttribute('greenvue.run.outcome', outcome.kind);
  if (outcome.kind === 'failed') {
    const { reason, name, message, stack } = outcome.error;
    span.setAttribute('error.type', reason === 'error' ? name : reason);
    span.recordException({ name, message, ...(stack === undefined ? {} : { stack }) });
    span.setStatus({ code: SpanStatusCode.ERROR, message });
  }
  span.end();
}

/** As W3C Trace Context writes it; no tracestate is kept. */
function traceparentOf(span: SpanContext | undefined): string | undefined {
  if (span === undefined || !isSpanContextValid(span)) return undefined;
  const { traceId, spanId, traceFlags } = span;
  return `00-${traceId}-${spanId}-0${traceFlags & TraceFlags.SAMPLED}`;
}

const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})/;

function spanContextOf(traceparent: string | undefined): SpanContext | undefined {
  const [, traceId = '', spanId = '', flags = ''] = TRACEPARENT.exec(traceparent ?? '') ?? [];
  const span = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
  return isSpanContextValid(span) ? span : undefined;
}
