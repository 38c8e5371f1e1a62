import type { EngineLogger } from '../engine-logger.ts';
import type { Tracing } from '../tracing.ts';

/** A tracer whose faults are its own: an attempt that can't be traced is done all the same. */
export function guardedTracing(tracing: Tracing, logger: EngineLogger): Tracing {
  let isTold = false;
  const attempt = <T>(work: () => T): T | undefined => {
    try {
      return work();
    } catch (err) {
      if (!isTold) logger.error({ err }, 'the tracer failed; what it was told is in no trace');
      isTold = true;
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
          // Where the tracer never came to it, it is done without; else this is what it made.
          return rest();
        },
        end: (outcome) => attempt(() => span.end(outcome)),
      };
    },
  };
}
