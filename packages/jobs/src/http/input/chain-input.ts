import { z } from 'zod';
import { JOB_ID, JOB_ID_RULE } from '../../core/model/job-id.ts';
import type { OnlyIf } from '../../core/model/job-requests.ts';
import { text } from '../fields/text.ts';

const otherJob = z.string().regex(JOB_ID, JOB_ID_RULE);

/** The gate of a job, in a request. */
export const onlyIfField = z
  .strictObject({
    job: otherJob.describe('Id of the other job'),
    succeeded_within: text({ min: 1, max: 100 }).describe(
      'How long ago the last success of that job may have ended when a slot is due: from 1s to 9600h',
    ),
  })
  .describe('Gate: a slot gets a run only if another job has succeeded recently; otherwise it is skipped');

/** A gate under the names of the engine. */
export function onlyIfInput({ job, succeeded_within }: z.output<typeof onlyIfField>): OnlyIf {
  return { job, succeededWithin: succeeded_within };
}
