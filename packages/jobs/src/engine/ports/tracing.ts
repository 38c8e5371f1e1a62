import type { ShownTrigger } from '../../core/model/run.ts';
import type { Outcome } from '../../core/rules/settle.ts';

/**
 * A tracer, such as OpenTelemetry's. It connects each attempt with the request that made or triggered its
 * job. A `traceparent` is that of W3C Trace Context. The engine logs the first error of a tracer; no run
 * fails.
 */
export interface Tracing {
  /** The caller's traceparent. The engine keeps it with the job that the caller makes, or its run. */
  current(): string | undefined;
  begin(attempt: TracedAttempt): AttemptSpan | undefined;
}

export interface TracedAttempt {
  readonly job: { readonly id: string; readonly type: string };
  readonly run: { readonly id: string; readonly attempt: number; readonly scheduledFor: Date | undefined };
  /** What made the run. */
  readonly trigger: ShownTrigger;
  /** The traceparent of the request that made the job, and of the one that triggered the run. */
  readonly origin: { readonly job: string | undefined; readonly run: string | undefined };
}

export interface AttemptSpan {
  /** What the handler passes to the services that it calls. */
  readonly traceparent: string | undefined;
  /** Calls the handler, so that spans made in it become children of this one. */
  within<T>(work: () => T): T;
  end(outcome: Outcome): void;
}
