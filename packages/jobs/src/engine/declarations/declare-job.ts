import { checkOptions } from '../../core/input/check-options.ts';
import { jobTypeRule } from '../../core/input/definition-fields.ts';
import { required } from '../../core/input/rule.ts';
import { shownValue } from '../../core/input/shown-value.ts';
import type { DeclaredJob, DeclaredJobInput } from '../../core/job-types/declared-job.ts';
import type { JobType } from '../../core/job-types/job-type.ts';
import { isRecord } from '../../core/objects.ts';
import { declaredJobRules } from '../input/job-rules.ts';
import { placeOfCaller } from './place-of-caller.ts';

/**
 * Declares a job, for the option `jobs` of `createJobs`: `start()` makes it, or changes it to be as declared
 * (P28, jobs in code). The job type gives the payload its type.
 *
 *     const everyHour = job(rates, { id: 'rates', interval: '1h' });
 *     const jobs = createJobs({ store, types: [rates], jobs: [everyHour] });
 *
 * Throws an `EngineError` of code `invalid` for unknown fields and wrong types. `start()` checks the rest.
 */
export function job<Input, Name extends string>(
  type: JobType<never, Name, Input>,
  declaration: DeclaredJobInput<NoInfer<Input>>,
): DeclaredJob<Name> {
  checkOptions('job', required(jobTypeRule), type, 'first argument of job()');
  checkOptions('job', required(declaredJobRules), declaration, `job ${idOf(declaration)} in code`);
  const { adopt = false, ...input } = declaration;
  return { jobType: type, input, adopt, place: placeOfCaller(job) };
}

function idOf(declaration: unknown): string {
  return isRecord(declaration) ? shownValue(declaration.id) : 'without an id';
}
