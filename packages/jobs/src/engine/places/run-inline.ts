import type { Attempt } from '../attempts/attempt.ts';
import { withStrayErrorsTo } from '../attempts/stray-errors.ts';
import type { RegisteredType } from '../job-types/registry.ts';

/** Runs the handler of an attempt on this event loop. */
export async function runInline<Deps>(
  type: RegisteredType<Deps>,
  attempt: Attempt,
  deps: Deps,
): Promise<unknown> {
  return attempt.onStray === undefined
    ? runTraced(type, attempt, deps)
    : withStrayErrorsTo(attempt, () => runTraced(type, attempt, deps));
}

function runTraced<Deps>(type: RegisteredType<Deps>, attempt: Attempt, deps: Deps): Promise<unknown> {
  const { span } = attempt;
  return span === undefined
    ? type.jobType.run(attempt, deps)
    : // Async, so that what throws here is the tracer and never the handler.
      span.within(async () => type.jobType.run(attempt, deps));
}
