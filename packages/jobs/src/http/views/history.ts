import { z } from 'zod';
import { formatDuration } from '../../core/time/duration.ts';
import type { HistoryNumbers, Percentiles, RunHistory } from '../../engine/ports/engine-stats.ts';
import { instantJson, instantParameter, instantSchema } from '../fields/instant.ts';
import { tagSchema } from '../fields/tag.ts';
import { text } from '../fields/text.ts';
import { jobIdSchema } from '../input/job-input.ts';

const count = z.int();

const percentiles = z.object({ p50: z.number(), p95: z.number() }).nullable();

const numbers = {
  succeeded: count,
  failed: count,
  cancelled: count,
  skipped: count,
  success_rate: z
    .number()
    .nullable()
    .describe('succeeded / (succeeded + failed), from 0 to 1; null without such runs'),
  duration_ms: percentiles.describe('Of succeeded runs: how long the last attempt took; null without them'),
  failed_duration_ms: percentiles.describe('The same of failed runs'),
  lateness_ms: percentiles.describe(
    'From due time to start, of the last attempt; the time of a pause does not count. null when no run started',
  ),
};

/** The response of GET /job-stats/history. */
export const historySchema = z.object({
  from: instantSchema,
  to: instantSchema,
  step: z.string().meta({ examples: ['1h'] }),
  total: z.object(numbers).describe('All steps together'),
  steps: z
    .array(z.object({ from: instantSchema.describe('When the step begins'), ...numbers }))
    .describe('Oldest first, without gaps. A run belongs to the step in which it ended'),
});

export type HistoryJson = z.output<typeof historySchema>;

/** The query of GET /job-stats/history. */
export const historyQuery = z.strictObject({
  from: instantParameter.optional().describe('Default: 24 hours before `to`. Rounded down to the hour'),
  to: instantParameter.optional().describe('Default: now. Rounded up to the hour'),
  step: z
    .string()
    .max(50)
    .optional()
    .describe(
      'Whole hours, such as 1h or 24h; at most 1,000 steps. Or whole minutes, such as 1m, for at most 24 hours: these count only runs that history still contains, and `from` and `to` are rounded to the minute. Default: about 100 steps',
    ),
  job_id: jobIdSchema.optional().describe('Only the runs of this job'),
  type: text({ min: 1, max: 100 }).optional().describe('Only the runs of jobs of this type'),
  tag: tagSchema.optional().describe('Only the runs of jobs with this tag'),
});

export function historyJson({ from, to, stepMs, total, steps }: RunHistory): HistoryJson {
  return {
    from: instantJson(from),
    to: instantJson(to),
    step: formatDuration(stepMs),
    total: numbersJson(total),
    steps: steps.map((one) => ({ from: instantJson(one.from), ...numbersJson(one) })),
  };
}

function numbersJson(of: HistoryNumbers): HistoryJson['total'] {
  const { counts, successRate, durationMs, failedDurationMs, latenessMs } = of;
  return {
    ...counts,
    success_rate: successRate ?? null,
    duration_ms: percentilesJson(durationMs),
    failed_duration_ms: percentilesJson(failedDurationMs),
    lateness_ms: percentilesJson(latenessMs),
  };
}

function percentilesJson(of: Percentiles | undefined): HistoryJson['total']['duration_ms'] {
  return of === undefined ? null : { ...of };
}
