import { z } from 'zod';
import type {
  RunTimeline,
  RunTimelineRow,
  TimelineColumn,
  TimelineHour,
} from '../../../core/timeline/run-timeline.ts';
import { instantJson, instantParameter, instantSchema } from '../../fields/instant.ts';
import { countParameter } from '../../fields/page.ts';
import { tagParameter } from '../../fields/tag.ts';
import { text } from '../../fields/text.ts';

const count = z.int();
const statuses = ['succeeded', 'failed', 'cancelled', 'skipped', 'running'] as const;

const run = z.object({
  id: z.string(),
  job_id: z.string(),
  job_name: z.string(),
  status: z.enum(statuses),
  reason: z.string().nullable(),
  started_at: instantSchema,
  finished_at: instantSchema.nullable().describe('null while it runs'),
});

const column = z.object({
  step: count.describe('Index of the column: it begins at from + step × step_ms'),
  succeeded: count,
  failed: count,
  cancelled: count,
  running: count,
});

const hour = z.object({
  at: instantSchema,
  succeeded: count,
  failed: count,
  cancelled: count,
  skipped: count,
});

const row = z.object({
  job: z
    .object({ id: z.string(), name: z.string(), type: z.string(), deleted: z.boolean() })
    .nullable()
    .describe('null if rows are nodes'),
  node: z.string().nullable().describe('null if rows are jobs'),
  counts: z
    .object({ succeeded: count, failed: count, cancelled: count, skipped: count, running: count })
    .describe('Of all runs of the row in the window, pruned ones included'),
  runs: z
    .array(run)
    .nullable()
    .describe('The runs that started, newest first; null if there are more than 100'),
  columns: z
    .array(column)
    .nullable()
    .describe('Without "runs": how many runs were running during each column; a run counts in each'),
  hours: z.array(hour).describe('Runs of jobs whose rows were pruned, by the hour in which they ended'),
  counted_from: instantSchema
    .nullable()
    .describe('If the job has more than 1,000 runs in the window: only those since this time are counted'),
});

/** The response of GET /run-timeline. */
export const timelineSchema = z.object({
  now: instantSchema,
  from: instantSchema,
  to: instantSchema,
  by: z.enum(['job', 'node']),
  step_ms: count.describe('Width of a column, in ms'),
  rows: z.array(row).describe('Highest first, as "sort" says'),
  row_count: count.describe('How many jobs or nodes have runs in the window'),
  counted_from: instantSchema
    .nullable()
    .describe(
      'If the window has more than 100,000 runs: the rows are chosen, and rows of nodes are counted, from the runs since this time. Otherwise null',
    ),
});

export type TimelineJson = z.output<typeof timelineSchema>;

/** The query of GET /run-timeline. */
export const timelineQuery = z.strictObject({
  by: z.enum(['job', 'node']).default('job').describe('A row for each job, or for each node'),
  from: instantParameter
    .optional()
    .describe('Start of the window (RFC 3339); default: an hour before "to". At most 90 days before it'),
  to: instantParameter.optional().describe('End of the window (RFC 3339); default: now'),
  steps: countParameter({ min: 1, max: 500 })
    .default(120)
    .describe('Into how many columns the window is divided'),
  q: text({ min: 1, max: 200 }).optional().describe('Only runs of jobs whose id or name contains this text'),
  type: text({ min: 1, max: 100 }).optional().describe('Only runs of jobs of this type'),
  tag: tagParameter.optional(),
  sort: z
    .enum(['-failed', '-runs'])
    .default('-failed')
    .describe('-failed: most failures first; -runs: most runs first'),
  limit: countParameter({ min: 1, max: 100 }).default(20).describe('Maximum number of rows'),
});

/** A timeline as the REST API represents it. */
export function timelineJson({ now, from, to, by, stepMs, ...read }: RunTimeline): TimelineJson {
  return {
    now: instantJson(now),
    from: instantJson(from),
    to: instantJson(to),
    by,
    step_ms: stepMs,
    rows: read.rows.map(rowJson),
    row_count: read.rowCount,
    counted_from: instantJson(read.countedFrom),
  };
}

function rowJson({
  job,
  node,
  counts,
  runs,
  columns,
  hours,
  countedFrom,
}: RunTimelineRow): TimelineJson['rows'][0] {
  return {
    job: job === undefined ? null : { id: job.id, name: job.name, type: job.type, deleted: job.isDeleted },
    node: node ?? null,
    counts: { ...counts },
    runs:
      runs?.map((one) => ({
        id: one.id,
        job_id: one.jobId,
        job_name: one.jobName,
        status: one.status,
        reason: one.reason ?? null,
        started_at: instantJson(one.startedAt),
        finished_at: instantJson(one.finishedAt),
      })) ?? null,
    columns: columns?.map(columnJson) ?? null,
    hours: hoursJson(hours),
    counted_from: instantJson(countedFrom),
  };
}

function columnJson({ step, counts }: TimelineColumn) {
  const { succeeded = 0, failed = 0, cancelled = 0, running = 0 } = counts;
  return { step, succeeded, failed, cancelled, running };
}

function hoursJson(hours: readonly TimelineHour[]): TimelineJson['rows'][0]['hours'] {
  const byHour = new Map<number, TimelineJson['rows'][0]['hours'][0]>();
  for (const { at, status, count: runs } of hours) {
    const known = byHour.get(at) ?? {
      at: instantJson(at),
      succeeded: 0,
      failed: 0,
      cancelled: 0,
      skipped: 0,
    };
    byHour.set(at, { ...known, [status]: known[status] + runs });
  }
  return [...byHour.values()];
}
