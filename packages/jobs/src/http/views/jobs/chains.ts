import { z } from 'zod';
import type { Gate } from '../../../core/chains/gate.ts';
import { CHAIN_ENDS } from '../../../core/schedule/chain-ends.ts';
import { formatDuration } from '../../../core/time/duration.ts';

/** The job that a job follows, in the response of every route that has the job. */
export const afterSchema = z.object({ job: z.string(), on: z.enum(CHAIN_ENDS) });

/** The gate of a job, in the response of every route that has the job. */
export const onlyIfSchema = z.object({ job: z.string(), succeeded_within: z.string() });

export function onlyIfJson({ job, succeededWithinMs }: Gate): z.output<typeof onlyIfSchema> {
  return { job, succeeded_within: formatDuration(succeededWithinMs) };
}
