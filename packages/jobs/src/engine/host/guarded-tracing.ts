import type { EngineLogger } from '../ports/engine-logger.ts';
import type { Tracing } from '../ports/tracing.ts';

/** Wraps a tracer that may throw: an attempt that can't be traced runs without a span. */
export function guardedTracing(tracing: Tracing, logger: EngineLogger): Tracing {
  let isLogged = false;
  const attempt = <T>(work: () => T): T | undefined => {
    try {
      return work();
    } catch (err) {
      if (!isLogged) logger.error({ err }, 'the tracer failed; its span is dropped');
      isLogged = true;
      return undefined;
    }
  };
  return {
    current: () => attempt(() => tracing.current()),
    begin(traced) {
      const span = attempt(() => tracing.begin(traced));
      if (span === undefined) return undefined;
      return {
        traceparent: span.traceparent,
        within(work) {
          let rest = work;
          attempt(() =>
            span.within(() => {
              const made = rest();
              rest = () => made;
              return made;
            }),
          );
          // Without a tracer that called it, it runs here; else this is its result.
          return rest();
        },
        end: (outcome) => attempt(() => span.end(outcome)),
      };
    },
  };
}
