import { z } from 'zod';
import type { Forecast } from '../../core/forecast/forecast-result.ts';
import { instantJson, instantParameter, instantSchema } from '../fields/instant.ts';
import { countParameter } from '../fields/page.ts';
import { tagParameter } from '../fields/tag.ts';
import { text } from '../fields/text.ts';

const count = z.int();
const durationMs = z.number().describe('ms');
const typicalMs = durationMs
  .nullable()
  .describe('Median of the kept runs that succeeded, in ms; null if there are none');
const perStep = z.array(count).describe('Runs in each step, in the order of "steps"');

/** The query of GET /job-forecast. */
export const forecastQuery = z.strictObject({
  type: text({ min: 1, max: 100 }).optional().describe('Only jobs of this type'),
  tag: tagParameter.optional(),
  from: instantParameter
    .optional()
    .describe('The window begins with the step that contains this time; default: now'),
  hours: countParameter({ min: 1, max: 744 }).default(168).describe('Length of the window'),
  step: z.enum(['minute', 'hour']).default('hour').describe('With "minute", hours must be at most 24'),
  jobs: countParameter({ min: 0, max: 1_000 })
    .default(0)
    .describe(
      'How many jobs to list, those with the most runs first. With hours=1, 10,000 jobs are counted exactly',
    ),
});

/** The response of GET /job-forecast. */
export const forecastSchema = z.object({
  now: instantSchema,
  from: instantSchema,
  to: instantSchema,
  step: z.enum(['minute', 'hour']),
  sampled: z.boolean().describe('true: the figures are estimates from jobs_counted of jobs jobs'),
  jobs: count.describe('Jobs that have a slot to come or are paused'),
  jobs_counted: count,
  jobs_failed: count.describe(
    'Jobs that were left out, because the server cannot compute their slots; for example, it does not know their time zone',
  ),
  runs: count,
  busy_ms: durationMs.describe('How long these runs will take together, as runs have usually taken, in ms'),
  paused: z
    .object({ jobs: count, runs: count })
    .describe(
      'Paused jobs, and the runs that their schedules would add; no other figure includes these runs',
    ),
  runs_per_minute: z.number().describe('Mean of the window'),
  steps: z.array(
    z.object({
      at: instantSchema.describe('Start of the step'),
      runs: count,
      busy_ms: durationMs,
      paused_runs: count,
      quiet_at: instantSchema.describe('The minute of the step with the fewest runs in and around it'),
      clash: z.boolean().describe('Whether a minute of the step is a clash'),
    }),
  ),
  types: z
    .array(z.object({ type: z.string(), runs: count, typical_ms: typicalMs, by_steps: perStep }))
    .describe('The 20 types with the most runs'),
  tags: z
    .array(z.object({ tag: z.string(), runs: count, by_steps: perStep }))
    .describe('The 20 tags with the most runs'),
  clashes: z
    .array(
      z.object({
        at: instantSchema.describe('Start of the minute, on its busiest day'),
        runs: count,
        busy_ms: durationMs.describe('How long these runs will take together, in ms'),
        times_usual: z
          .number()
          .describe('How many times runs_per_minute; a mean below one run counts as one'),
        days: count.describe('On how many days of the window the same minute of the day is a clash'),
      }),
    )
    .describe(
      'Minutes with at least 10 runs, and at least twice as many as the usual minute (runs_per_minute); the 10 with the most runs',
    ),
  quiet: z
    .array(z.object({ at: instantSchema, runs: count.describe('In this minute, on all days together') }))
    .describe('Minutes of the day with the fewest runs in and around them; at most 3'),
  listed: z
    .array(
      z.object({
        id: z.string(),
        name: z.string(),
        type: z.string(),
        runs: count,
        first_at: instantSchema.describe('The minute of its first run in the window'),
        typical_ms: typicalMs,
        paused: z.boolean(),
      }),
    )
    .describe('Empty, unless "jobs" asks for jobs'),
});

export type ForecastJson = z.infer<typeof forecastSchema>;

export function forecastJson(forecast: Forecast): ForecastJson {
  const { now, from, to, stepMs, jobs, runs, sampled, paused } = forecast;
  return {
    now: instantJson(now),
    from: instantJson(from),
    to: instantJson(to),
    step: stepMs === 60_000 ? 'minute' : 'hour',
    sampled,
    jobs,
    jobs_counted: forecast.jobsCounted,
    jobs_failed: forecast.jobsFailed,
    runs,
    busy_ms: forecast.busyMs,
    paused,
    runs_per_minute: rounded(forecast.runsPerMinute),
    steps: forecast.steps.map((step) => ({
      at: instantJson(step.at),
      runs: step.runs,
      busy_ms: step.busyMs,
      paused_runs: step.pausedRuns,
      quiet_at: instantJson(step.quietAt),
      clash: step.hasClash,
    })),
    types: forecast.types.map(({ type, typicalMs = null, bySteps, ...line }) => ({
      type,
      runs: line.runs,
      typical_ms: typicalMs,
      by_steps: [...bySteps],
    })),
    tags: forecast.tags.map(({ bySteps, ...line }) => ({ ...line, by_steps: [...bySteps] })),
    clashes: forecast.clashes.map(({ at, busyMs, timesUsual, ...clash }) => ({
      ...clash,
      at: instantJson(at),
      busy_ms: busyMs,
      times_usual: rounded(timesUsual),
    })),
    quiet: forecast.quiet.map(({ at, ...time }) => ({ ...time, at: instantJson(at) })),
    listed: forecast.listed.map(({ firstAt, typicalMs = null, isPaused, ...job }) => ({
      ...job,
      first_at: instantJson(firstAt),
      typical_ms: typicalMs,
      paused: isPaused,
    })),
  };
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
