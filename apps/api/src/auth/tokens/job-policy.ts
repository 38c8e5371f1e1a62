import { type JobPolicy, parseWholeMs } from '@greenvue/jobs';
import { z } from 'zod';

const TAG = /^[a-z0-9][a-z0-9._:-]{0,62}$/;

/** Limits on the jobs that a token or a role may make or change. */
export const policySchema = z
  .strictObject({
    min_interval: z
      .string()
      .max(100)
      .refine((text) => parseWholeMs(text).ok, 'must be a duration in Go syntax, such as 5m')
      .exactOptional()
      .describe('The least time between two slots of a job: a duration in Go syntax, such as 5m'),
    max_jobs: z.int().min(0).exactOptional().describe('How many jobs that it made may exist at a time'),
    types: z
      .array(z.string().min(1).max(100))
      .max(100)
      .readonly()
      .exactOptional()
      .describe('Job types whose jobs it may make, change, run and delete'),
    tags: z
      .array(
        z
          .string()
          .regex(
            TAG,
            'must be 1 to 63 lower-case letters, digits or the signs . _ : - and begin with a letter or digit, such as billing',
          ),
      )
      .max(100)
      .readonly()
      .exactOptional()
      .describe('Tags of its jobs: each job has at least one of these, and no others'),
  })
  .meta({ id: 'JobPolicy' });

/** The policy of a new token or of a role. Refuses a `min_interval` of zero or less, which limits nothing. */
export const newPolicySchema = policySchema.refine(
  ({ min_interval: least }) => least === undefined || !boundsNothing(least),
  { path: ['min_interval'], error: 'must be a duration above 0 in Go syntax, such as 5m' },
);

function boundsNothing(duration: string): boolean {
  const parsed = parseWholeMs(duration);
  return parsed.ok && parsed.value <= 0;
}

export type PolicyJson = z.output<typeof policySchema>;

/** The policy for the engine. */
export function policyOf({ min_interval, max_jobs, types, tags }: PolicyJson): JobPolicy {
  return { minInterval: min_interval, maxJobs: max_jobs, types, tags };
}

/** Reads the policy that {@link storedPolicy} gave. */
export function policyIn(stored: string | null): PolicyJson | undefined {
  return stored === null ? undefined : policySchema.parse(JSON.parse(stored));
}

export function storedPolicy(policy: PolicyJson | undefined): string | null {
  return policy === undefined ? null : JSON.stringify(policy);
}
