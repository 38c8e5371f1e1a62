import type { ScheduledJobInput } from '../model/job-requests.ts';
import type { JobType } from './job-type.ts';

/** A job for `job()`: as `schedule` of `Jobs` takes it. */
export type DeclaredJobInput<Input = unknown> = ScheduledJobInput<Input> & {
  /** True: takes over a job of this id that was made over the API. Default false: the start fails. */
  readonly adopt?: boolean | undefined;
};

/** What `job()` returns: a job that code declares, for the option `jobs` of `createJobs`. */
export interface DeclaredJob<Name extends string = string> {
  readonly jobType: JobType<never, Name>;
  readonly input: ScheduledJobInput;
  readonly adopt: boolean;
  /** The place of the call in the source, such as `src/jobs.ts:12`. */
  readonly place: string;
}
