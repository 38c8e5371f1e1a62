import {
  BULK_JOB_ACTIONS,
  BULK_RUN_ACTIONS,
  BULK_STATUSES,
  MOST_BULK_IDS,
} from '../../core/bulk/bulk-command.ts';
import {
  flag,
  having,
  oneOf,
  type Rule,
  required,
  rule,
  text,
  time,
  wholeNumber,
} from '../../core/input/rule.ts';
import { listOf, shape } from '../../core/input/shape.ts';
import { atMost, tagListRule } from '../../core/watching/watch-rules.ts';
import type { BulkJobsInput, BulkListQuery, BulkOptions, BulkRunsInput } from '../ports/engine-port.ts';
import { optionRules } from './command-rules.ts';
import { jobFilterRules, oneOrMore, runFilterRules, runIdRule } from './query-rules.ts';

const MOST_ROWS = 10_000;

const scope = text({ max: 2_000 });

/** The id of a bulk command, which no other text can be. */
export const bulkIdRule: Rule = rule((value) => typeof value === 'string' && /^[0-9]{1,19}$/.test(value), {
  what: 'the id of a bulk command: 1 to 19 digits as text, such as "4711"',
});

const idsOf = (of: Rule, example: string) =>
  atMost(MOST_BULK_IDS, listOf(`a list of ids, such as ["${example}"]; for more, use a filter`, of));

const all = rule((value) => typeof value === 'boolean', { what: 'true, or left out' });

export const bulkJobsRules = required(
  shape<BulkJobsInput>('a bulk command such as { action: "pause", filter: { tags: ["billing"] } }', {
    action: required(oneOf(...BULK_JOB_ACTIONS)),
    ids: idsOf(text({ max: 1_000 }), 'nightly-cleanup'),
    filter: jobFilterRules,
    all,
    dryRun: flag,
    reason: text({ max: 500 }),
    until: time,
    cancelLive: flag,
    tags: tagListRule,
  }),
);

export const bulkRunsRules = required(
  shape<BulkRunsInput>('a bulk command such as { action: "retry", filter: { status: "failed" } }', {
    action: required(oneOf(...BULK_RUN_ACTIONS)),
    ids: idsOf(runIdRule, '4711'),
    filter: runFilterRules,
    all,
    dryRun: flag,
    force: flag,
  }),
);

const { by, policy, signal } = optionRules.fields;

export const bulkOptionRules = shape<BulkOptions>('options such as { by: "user:42" }', {
  by,
  policy,
  signal,
  scope,
  engine: having('an engine', 'listJobs', 'pauseJob', 'retryRun'),
});

export const bulkCancelOptionRules = shape<Pick<BulkOptions, 'by' | 'signal' | 'scope'>>(
  'options such as { by: "user:42" }',
  { by, signal, scope },
);

export const bulkQueryRules = shape<BulkListQuery>('a query such as { limit: 10 }', {
  scope,
  status: oneOrMore(BULK_STATUSES),
  limit: wholeNumber({ min: 0, max: MOST_ROWS }),
});

export const bulkScopeRules = shape<Pick<BulkListQuery, 'scope'>>('{ scope: "acme" } or {}', { scope });
