import type { JobPolicy } from '@greenvue/jobs';
import { z } from 'zod';
import { newPolicySchema, policyOf } from '../auth/tokens/job-policy.ts';

const RULE = 'must be JSON such as {"min_interval":"1m","max_jobs":1000}';

/** Bounds on the jobs that people of a role may make or change. */
export const policyVariable = z
  .string()
  .transform((text, issues): JobPolicy => {
    const json = jsonOf(text);
    if (json === undefined) {
      issues.addIssue({ code: 'custom', message: `${RULE}: it is not valid JSON.` });
      return z.NEVER;
    }
    const parsed = newPolicySchema.safeParse(json);
    if (parsed.success) return policyOf(parsed.data);
    const why = parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`.trim());
    issues.addIssue({ code: 'custom', message: `${RULE}: ${why.join('; ')}.` });
    return z.NEVER;
  })
  .optional();

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
