import { z } from 'zod';
import type { OnlyIf } from '../../core/model/job-requests.ts';
import { CHAIN_ENDS } from '../../core/schedule/chain-ends.ts';
import { idSchema } from '../fields/id.ts';
import { durationField } from '../fields/time-fields.ts';

/** The job that a job follows, in a request. */
export const afterField = z
  .strictObject({
    job: idSchema.describe('Id of the other job'),
    on: z
      .enum(CHAIN_ENDS)
      .exactOptional()
      .describe('Which ends of its runs start a run. Default succeeded; finished: succeeded or failed'),
  })
  .meta({ examples: [{ job: 'import', on: 'succeeded' }] })
  .describe('Chain: the end of each run of another job starts a run');

/** The gate of a job, in a request. */
export const onlyIfField = z
  .strictObject({
    job: idSchema.describe('Id of the other job'),
    succeeded_within: durationField.describe(
      'How long ago the last success of that job may have ended when a slot is due: from 1s to 9600h',
    ),
  })
  .meta({ examples: [{ job: 'import', succeeded_within: '24h' }] })
  .describe('Gate: a slot gets a run only if another job has succeeded recently; otherwise it is skipped');

/** A gate under the names of the engine. */
export function onlyIfInput({ job, succeeded_within }: z.output<typeof onlyIfField>): OnlyIf {
  return { job, succeededWithin: succeeded_within };
}
