import { idPrefixRule } from '../../core/input/id-prefix-rule.ts';
import { type Rule, required } from '../../core/input/rule.ts';
import { shape } from '../../core/input/shape.ts';

/** Which jobs a caller may see and change. */
export interface JobScope {
  /**
   * Only jobs whose id begins with this, such as `acme.`, and the runs of these jobs. `enqueued.` has the
   * enqueued runs of all types: no tenant may have this name.
   */
  readonly idPrefix: string;
}

export const scopeRules: Rule = shape<JobScope>(
  'a scope such as { idPrefix: "acme-" }, and is left out for a caller who may see all jobs',
  { idPrefix: required(idPrefixRule) },
);
