import { duration, type Rule, rule, text, wholeNumber } from '../input/rule.ts';
import { listOf, shape } from '../input/shape.ts';
import { parseWholeMs } from '../time/duration.ts';
import { tagRule } from '../watching/watch-rules.ts';
import type { JobPolicy } from './policy.ts';

/** A duration that a host sets: a text that is none must not bound nothing. */
const wholeDuration: Rule = rule((value) => typeof value === 'string' && parseWholeMs(value).ok, {
  what: duration.what,
});

/** A {@link JobPolicy}. */
export const policyRules = shape<JobPolicy>('a policy such as { minInterval: "5m", maxJobs: 100 }', {
  minInterval: wholeDuration,
  maxJobs: wholeNumber({ min: 0 }),
  types: listOf('a list of job types, such as ["send_digest"]', text({ min: 1, max: 100 })),
  tags: listOf('a list of tags, such as ["billing"]', tagRule),
});
