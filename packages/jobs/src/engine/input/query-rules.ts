import type { JobsRead } from '../../core/filters/jobs-read.ts';
import type { ForecastQuery } from '../../core/forecast/forecast-result.ts';
import { NO_FAULTS } from '../../core/input/fault.ts';
import { idPrefixRule } from '../../core/input/id-prefix-rule.ts';
import {
  alsoNamed,
  finiteNumber,
  flag,
  oneOf,
  type Rule,
  required,
  rule,
  text,
  time,
  wholeNumber,
} from '../../core/input/rule.ts';
import { shape } from '../../core/input/shape.ts';
import { FINGERPRINT, RUN_REASONS, RUN_STATUSES, RUN_TIMES, SHOWN_TRIGGERS } from '../../core/model/run.ts';
import { HEALTH_STATUSES, JOB_STATUSES } from '../../core/model/statuses.ts';
import { isRecord } from '../../core/objects.ts';
import type { Cursor } from '../../core/store/store-views.ts';
import type { RunTimelineQuery } from '../../core/timeline/run-timeline.ts';
import { tagListRule } from '../../core/watching/watch-rules.ts';
import type {
  AuditListQuery,
  BackfillInput,
  BackfillListQuery,
  BulkJobFilter,
  BulkRunFilter,
  FailureListQuery,
  JobInput,
  JobListQuery,
  JobPatch,
  RunHistoryQuery,
  RunListQuery,
  VersionListQuery,
} from '../ports/engine-port.ts';
import { jobRules, patchRules, scheduleRules } from './job-rules.ts';

/** Bounds the work of one call. */
const MOST_ROWS = 10_000;
const MOST_TIMES = 1_000;
const MOST_FAILURE_HOURS = 2_160;
/** Of a forecast: 31 days. */
const MOST_HOURS = 744;
const MOST_LISTED_JOBS = 1_000;
const MOST_COLUMNS = 500;
const MOST_TIMELINE_ROWS = 100;

const limit = wholeNumber({ min: 0, max: MOST_ROWS });
const instant = finiteNumber({ min: -8.64e15, max: 8.64e15 }, ' of ms since 1970');
/** The bounds of a list may come from the times of a run, which are numbers. */
const timeOrMs = rule((value) => [time, instant].some((of) => of.faults(value) === NO_FAULTS), {
  what: 'a time: text such as "2030-01-31T09:00:00Z" (RFC 3339), a Date, a Temporal.Instant, or a number of ms since 1970',
});
const name = text({ max: 200 });

/** The id of a run, which no other text can be. */
export const runIdRule: Rule = rule((value) => typeof value === 'string' && /^[0-9]{1,19}$/.test(value), {
  what: 'the id of a run: 1 to 19 digits as text, such as "4711"',
});

/** The id of a backfill, which no other text can be. */
export const backfillIdRule: Rule = rule(
  (value) => typeof value === 'string' && /^[0-9]{1,19}$/.test(value),
  { what: 'the id of a backfill: 1 to 19 digits as text, such as "4711"' },
);

const cursor = shape<Cursor>('a cursor: the `next` of an earlier page', {
  value: required({
    what: 'text, a number or null',
    faults: (value) =>
      value === null ? [] : typeof value === 'number' ? [] : text({ max: 2_000 }).faults(value),
  }),
  key: required(text({ max: 200 })),
});

/** The filters that all reads of jobs have. */
const anyTag = alsoNamed(tagListRule, 'anyTags', 'someTag');
const jobsReadFields = {
  idPrefix: idPrefixRule,
  tags: alsoNamed(tagListRule, 'tag', 'allTags'),
  anyTag,
};

export const jobsReadRules = shape<JobsRead>('a query such as { tags: ["billing"] }', jobsReadFields);

export const forecastQueryRules = shape<ForecastQuery>('a query such as { hours: 24 }', {
  ...jobsReadFields,
  type: name,
  from: timeOrMs,
  hours: wholeNumber({ min: 1, max: MOST_HOURS }),
  step: oneOf('minute', 'hour'),
  jobs: wholeNumber({ min: 0, max: MOST_LISTED_JOBS }),
});

export const historyQueryRules = shape<RunHistoryQuery>('a query such as { jobId: "nightly", step: "1h" }', {
  jobId: text({ max: 128 }),
  idPrefix: idPrefixRule,
  anyTag,
  type: name,
  tag: text({ max: 63 }),
  from: timeOrMs,
  to: timeOrMs,
  step: text({ max: 50, like: '1h' }),
});

export const backfillRules = shape<BackfillInput>('a backfill such as { from: "2026-01-31T00:00:00Z" }', {
  from: required(timeOrMs),
  to: timeOrMs,
  onlyMissing: flag,
  dryRun: flag,
});

export const cancelBackfillRules = shape<{ readonly cancelLive?: boolean | undefined }>(
  '{ cancelLive: true } or {}',
  { cancelLive: flag },
);

export const backfillQueryRules = shape<BackfillListQuery>('a query such as { jobId: "nightly" }', {
  ...jobsReadFields,
  id: backfillIdRule,
  jobId: text({ max: 128 }),
  limit,
});

const jobFilterFields = {
  ...jobsReadFields,
  type: name,
  status: oneOf(...JOB_STATUSES),
  health: oneOf(...HEALTH_STATUSES, 'unhealthy'),
  origin: oneOf('code', 'api'),
  q: name,
  upstream: text({ min: 1, max: 128, like: 'import' }),
};

export const jobFilterRules = shape<BulkJobFilter>('a filter such as { tags: ["billing"] }', jobFilterFields);

export const jobQueryRules = shape<JobListQuery>('a query such as { health: "unhealthy", limit: 100 }', {
  ...jobFilterFields,
  sort: oneOf('id', 'name', 'next_run', 'last_run', 'created_at'),
  descending: flag,
  limit,
  after: cursor,
  recentRuns: wholeNumber({ min: 0, max: 100 }),
});

/** A fingerprint of an error (P41, run records). */
const fingerprint = rule((value) => typeof value === 'string' && FINGERPRINT.test(value), {
  what: 'the fingerprint of a failed run: 16 hexadecimal digits',
});

/** One word of a list, or several. */
export function oneOrMore(words: readonly string[]): Rule {
  const isKnown = (value: unknown) => words.some((word) => word === value);
  return rule((value) => (Array.isArray(value) ? value.length > 0 && value.every(isKnown) : isKnown(value)), {
    what: `one of ${words.join(', ')}, or a list of some`,
  });
}

/** Looks at each field of each payload, so there are few. */
function isPayloadFields(value: unknown): boolean {
  const isField = (one: unknown) =>
    isRecord(one) &&
    Array.isArray(one.path) &&
    one.path.length > 0 &&
    one.path.every((key) => typeof key === 'string') &&
    typeof one.value === 'string';
  return Array.isArray(value) && value.length > 0 && value.length <= 5 && value.every(isField);
}

const runFilterFields = {
  jobId: text({ max: 128 }),
  jobUid: text({ max: 19 }),
  ...jobsReadFields,
  type: name,
  backfillId: backfillIdRule,
  status: oneOrMore(RUN_STATUSES),
  reason: oneOrMore(RUN_REASONS),
  trigger: oneOf(...SHOWN_TRIGGERS),
  node: text({ max: 500 }),
  fingerprint,
  error: text({ min: 1, max: 200 }),
  payload: rule(isPayloadFields, {
    what: 'a list of at most 5 fields such as [{ path: ["customer_id"], value: "42" }]',
  }),
  time: oneOf(...RUN_TIMES),
  from: timeOrMs,
  to: timeOrMs,
};

export const runFilterRules = shape<BulkRunFilter>('a filter such as { status: "failed" }', runFilterFields);

export const runQueryRules = shape<RunListQuery>('a query such as { jobId: "nightly", limit: 100 }', {
  ...runFilterFields,
  slotsDone: flag,
  limit,
  before: runIdRule,
});

export const failureQueryRules = shape<FailureListQuery>('a query such as { hours: 24, sort: "count" }', {
  ...jobsReadFields,
  hours: wholeNumber({ min: 1, max: MOST_FAILURE_HOURS }),
  from: timeOrMs,
  to: timeOrMs,
  jobId: text({ max: 128 }),
  type: name,
  fingerprint,
  sort: oneOf('last_seen', 'count'),
  limit,
  after: cursor,
});

export const timelineQueryRules = shape<RunTimelineQuery>('a query such as { by: "node", steps: 60 }', {
  ...jobsReadFields,
  by: oneOf('job', 'node'),
  from: timeOrMs,
  to: timeOrMs,
  steps: wholeNumber({ min: 1, max: MOST_COLUMNS }),
  type: name,
  q: name,
  sort: oneOf('failed', 'runs'),
  limit: wholeNumber({ min: 1, max: MOST_TIMELINE_ROWS }),
});

export const versionQueryRules = shape<VersionListQuery>('a query such as { limit: 100 }', {
  limit,
  before: wholeNumber({ min: 1 }),
});

export const auditQueryRules = shape<AuditListQuery>('a query such as { target: "nightly" }', {
  limit,
  before: shape<NonNullable<AuditListQuery['before']>>('the last row of a page, as { at, id }', {
    at: required(instant),
    id: required(wholeNumber({ min: 0 })),
  }),
  ...jobsReadFields,
  jobId: text({ max: 128 }),
  from: timeOrMs,
  to: timeOrMs,
  actor: text({ max: 500 }),
  action: name,
  target: name,
});

const count = wholeNumber({ min: 0, max: MOST_TIMES });

interface SchedulePreview {
  readonly schedule: Partial<JobInput>;
  readonly count?: number | undefined;
}

interface EditPreview {
  readonly jobId: string;
  readonly patch: JobPatch;
  readonly count?: number | undefined;
}

const ofSchedule = shape<SchedulePreview>('{ schedule, count } or { jobId, patch, count }', {
  schedule: required(scheduleRules),
  count,
});

const ofEdit = shape<EditPreview>('{ jobId, patch, count }', {
  jobId: required(text({ max: 128 })),
  patch: required(patchRules),
  count,
});

const ofJob = shape<JobInput & { readonly count?: number }>('a job and a count', {
  ...jobRules.fields,
  count,
});

/** What `preview` takes: a schedule, an edit of a job, or a whole job. */
export const previewRules: Rule = {
  what: '{ schedule, count }, { jobId, patch, count }, or a job with a count',
  faults: (value) => {
    if (!isRecord(value) || 'schedule' in value) return ofSchedule.faults(value);
    return ('jobId' in value ? ofEdit : ofJob).faults(value);
  },
};
