import type { Outcome } from '../core/settle.ts';

/**
 * How the engine tells a tracer, such as OpenTelemetry's, what belongs together: the request that made or
 * triggered a job, and each attempt. A `traceparent` is that of W3C Trace Context. What fails here is told
 * once, and harms no run.
 */
export interface Tracing {
  /**
   * The traceparent of what the caller is at: it is kept with the job that the caller makes, or the run it
   * triggers.
   */
  current(): string | undefined;
  /** An attempt begins. */
  begin(attempt: TracedAttempt): AttemptSpan | undefined;
}

/** What a tracer is told of an attempt. */
export interface TracedAttempt {
  readonly job: { readonly id: string; readonly type: string };
  readonly run: { readonly id: string; readonly attempt: number; readonly scheduledFor: Date | undefined };
  /** The traceparent of the request that made the job, and of the one that triggered the run. */
  readonly origin: { readonly job: string | undefined; readonly run: string | undefined };
}

/** An attempt that goes on, as its tracer sees it. */
export interface AttemptSpan {
  /** What the handler gets, to hand on to those whom it asks. */
  readonly traceparent: string | undefined;
  /** Calls the handler, so that what is traced in it becomes a part of this. */
  within<T>(work: () => T): T;
  end(outcome: Outcome): void;
}
