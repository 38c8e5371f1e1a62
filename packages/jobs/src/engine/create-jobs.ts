import { checkOptions } from '../core/input/check-options.ts';
import { required } from '../core/input/rule.ts';
import type { DeclaredJob } from '../core/job-types/declared-job.ts';
import type { InlineDepsOf, ThreadDepsOf } from '../core/job-types/job-type-inference.ts';
import type { ThreadDeps } from '../core/job-types/thread-deps.ts';
import { createEngine, type UntypedJobs } from './engine.ts';
import { jobsOptionRules } from './input/option-rules.ts';
import type { EngineOptions } from './options.ts';
import type { Jobs, JobTypes } from './ports/jobs-port.ts';

/** Options that only tests set: `@greenvue/jobs/testing` has what needs them. */
type TestOption = 'clock' | 'random' | 'loopDelay' | 'autoRun';

/** What inline handlers get as their second argument; needed if one of the types takes it. */
type DepsField<Deps> = unknown extends Deps ? { readonly deps?: undefined } : { readonly deps: Deps };

/** Makes what handlers in threads get as their second argument; needed if one of these types takes it. */
type ThreadDepsField<Deps> = unknown extends Deps
  ? { readonly threadDeps?: ThreadDeps }
  : { readonly threadDeps: ThreadDeps<Deps> };

export type JobsOptions<Types extends JobTypes> = Omit<
  EngineOptions<never>,
  'jobTypes' | 'jobs' | 'deps' | 'threadDeps' | TestOption
> & {
  /** Every job type that this program runs, or makes runs of. */
  readonly types: Types;
  /**
   * Jobs that this program declares with `job()` (P28, jobs in code). `start()` makes them, changes them, and
   * pauses those that it finds no more. Absent: it leaves the jobs of other programs alone.
   */
  readonly jobs?: readonly DeclaredJob<NoInfer<Types>[number]['type']>[];
} & DepsField<InlineDepsOf<Types>> &
  ThreadDepsField<ThreadDepsOf<Types>>;

/**
 * Makes an engine for job types over a store:
 *
 *     const jobs = createJobs({ store: sqlite('jobs.db'), types: [rates], deps: { fetch } });
 *     await jobs.start();
 *
 * Throws an `EngineError` of code `invalid` for wrong or unknown options, and for job types that can't be
 * registered (P21, payloads). Opens and runs nothing before `start()`.
 */
export function createJobs<const Types extends JobTypes>(options: JobsOptions<Types>): Jobs<Types>;
export function createJobs(given: UncheckedOptions): UntypedJobs {
  checkOptions('createJobs', required(jobsOptionRules), given);
  const { types, deps, ...options } = given;
  // The signature above has checked that the handlers get what they take.
  return createEngine({ ...options, jobTypes: types, deps: deps as never });
}

type UncheckedOptions = Omit<EngineOptions<never>, 'jobTypes' | 'deps'> & {
  readonly types: JobTypes;
  readonly deps?: unknown;
};
