import { alsoNamed, duration, oneOf, required, rule } from '../input/rule.ts';
import { shape } from '../input/shape.ts';
import { JOB_ID, JOB_ID_RULE } from '../model/job-id.ts';
import type { OnlyIf } from '../model/job-requests.ts';
import { CHAIN_ENDS } from '../schedule/chain-ends.ts';
import type { AfterInput } from '../schedule/parse-schedule.ts';

/** The id of another job. */
const otherJob = rule((value) => typeof value === 'string' && JOB_ID.test(value), {
  what: `the id of another job, which ${JOB_ID_RULE}`,
});

/** A gate. */
export const onlyIfRule = shape<OnlyIf>('a gate such as { job: "import", succeededWithin: "24h" }', {
  job: required(alsoNamed(otherJob, 'id', 'jobId')),
  succeededWithin: required(alsoNamed(duration, 'within')),
});

/** The schedule of a job that follows another one. */
export const afterRule = shape<AfterInput>('a job to follow, such as { job: "import", on: "succeeded" }', {
  job: required(alsoNamed(otherJob, 'id', 'jobId')),
  on: oneOf(...CHAIN_ENDS),
});
