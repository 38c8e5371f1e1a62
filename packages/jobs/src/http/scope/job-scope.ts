import type { JobsRead } from '../../core/filters/jobs-read.ts';
import { idPrefixRule } from '../../core/input/id-prefix-rule.ts';
import { type Rule, required, rule } from '../../core/input/rule.ts';
import { shape } from '../../core/input/shape.ts';
import { isRecord } from '../../core/objects.ts';
import { tagListRule } from '../../core/watching/watch-rules.ts';

interface ScopeBounds {
  /**
   * Only jobs whose id begins with this, such as `acme.`, and the runs of these jobs. `enqueued.` has the
   * enqueued runs of all types: no tenant may have this name.
   */
  readonly idPrefix: string;
  /** Only jobs with at least one of these tags, 1 to 16, and the runs of these jobs. */
  readonly tags: readonly string[];
}

/**
 * Which jobs a caller may see and change: by the beginning of their ids, by their tags, or by both at once.
 */
export type JobScope = ScopeBounds | Pick<ScopeBounds, 'idPrefix'> | Pick<ScopeBounds, 'tags'>;

const tags = rule(
  (value) => tagListRule.faults(value).length === 0 && Array.isArray(value) && value.length > 0,
  {
    what: 'a list of 1 to 16 tags, such as ["billing"]',
  },
);

const what =
  'a scope such as { idPrefix: "acme-" } or { tags: ["billing"] }, and is left out for a caller who may see all jobs';
const noScope = rule(() => false, { what });
const ofIds = shape<Pick<ScopeBounds, 'idPrefix'>>(what, { idPrefix: required(idPrefixRule) });
const ofTags = shape<Pick<ScopeBounds, 'tags'>>(what, { tags: required(tags) });
const ofBoth = shape<ScopeBounds>(what, { ...ofIds.fields, ...ofTags.fields });

/**
 * A bound that is given as undefined is a mistake of the host: a look-up that fails must not widen the scope.
 */
export const scopeRules: Rule = {
  what,
  faults: (value) => {
    if (!isRecord(value)) return noScope.faults(value);
    if ('tags' in value) return ('idPrefix' in value ? ofBoth : ofTags).faults(value);
    return ('idPrefix' in value ? ofIds : noScope).faults(value);
  },
};

/** The scope as a filter of reads. */
export function jobsOf({ idPrefix, tags }: Partial<ScopeBounds>): JobsRead {
  return { idPrefix, anyTag: tags };
}

/** The scope as text: a list, so that no scope is the beginning of another one. */
export function scopeKey(scope: JobScope): string {
  const { idPrefix, anyTag } = jobsOf(scope);
  return JSON.stringify([idPrefix, anyTag === undefined ? undefined : [...new Set(anyTag)].sort()]);
}

/** Such as `jobs with the tag "billing"`. */
export function scopeText({ idPrefix, tags }: Partial<ScopeBounds>): string {
  const ofId = idPrefix === undefined ? undefined : `whose id begins with "${idPrefix}"`;
  const tagged = tags === undefined ? undefined : `with ${tagsText(tags)}`;
  return `jobs ${[ofId, tagged].filter((text) => text !== undefined).join(' and ')}`;
}

/** Such as `one of the tags "billing", "eu"`. */
export function tagsText(tags: readonly string[]): string {
  return `${tags.length === 1 ? 'the tag' : 'one of the tags'} ${tags.map((tag) => `"${tag}"`).join(', ')}`;
}
