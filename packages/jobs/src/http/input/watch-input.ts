import { z } from 'zod';
import { MOST_ALERT_CHANNELS, MOST_JUDGED_RUNS, MOST_TAGS } from '../../core/limits.ts';
import type { ExpectOptions, PauseAfterOptions, WatchOptions } from '../../core/model/job-requests.ts';
import type { JobPatch } from '../../engine/ports/engine-port.ts';
import { idSchema } from '../fields/id.ts';
import { tagSchema } from '../fields/tag.ts';
import { text } from '../fields/text.ts';
import { durationField } from '../fields/time-fields.ts';

/** An address for requests. The guarded client decides later where it may lead. */
export const httpUrlSchema = text({ min: 1, max: 2_000 }).regex(
  /^https?:\/\/\S+$/,
  'must be an address that begins with https:// or http://',
);

/** The fields of a job that label and watch it, in a request. */
export const watchingFields = {
  tags: z.array(tagSchema).max(MOST_TAGS).describe('Labels for filters and bulk commands, such as billing'),
  pause_after: z
    .union(
      [
        z.strictObject({
          failures: z.int().min(1).max(MOST_JUDGED_RUNS),
          of_last: z
            .int()
            .min(1)
            .max(MOST_JUDGED_RUNS)
            .exactOptional()
            .describe('Runs that are counted, at least failures; default: failures, which means in a row'),
        }),
        z.literal('none'),
      ],
      { error: 'must be a failure budget such as {"failures": 3, "of_last": 5}, or "none"' },
    )
    .describe(
      "Failure budget: the engine pauses the job once this many of its last runs have failed. none: no budget, whatever the job type's default is",
    ),
  expect: z
    .strictObject({
      success_within: durationField.exactOptional().describe('A run must succeed at least this often'),
      duration: durationField.exactOptional().describe('A run that takes longer makes the job slow'),
      start_within: durationField
        .exactOptional()
        .describe('A due run must start within this time; default 60s'),
    })
    .meta({ examples: [{ success_within: '25h', duration: '10m' }] })
    .describe('What the health of the job is judged by; durations from 1s to 9600h'),
  alerts: z
    .array(idSchema)
    .max(MOST_ALERT_CHANNELS)
    .describe('Ids of channels that get the alerts of this job, besides the channels for all jobs'),
  ping_url: httpUrlSchema.describe(
    'The URL of an outside monitor, which gets a request at each start, success and failure',
  ),
};

interface PauseAfterBody {
  readonly failures: number;
  readonly of_last?: number;
}

interface ExpectBody {
  readonly success_within?: string;
  readonly duration?: string;
  readonly start_within?: string;
}

/** The fields that contain others, under the names of the engine. Absent stays absent. */
export function watchingInput({
  pause_after: pauseAfter,
  expect,
}: {
  readonly pause_after?: PauseAfterBody | 'none' | undefined;
  readonly expect?: ExpectBody | undefined;
}): Pick<WatchOptions, 'pauseAfter' | 'expect'> {
  return {
    ...(pauseAfter === undefined ? {} : { pauseAfter: pauseAfterOf(pauseAfter) }),
    ...(expect === undefined ? {} : { expect: expectOf(expect) }),
  };
}

/** {@link watchingInput} of a merge patch, where null stays null. */
export function watchingPatch({
  pause_after: pauseAfter,
  expect,
}: {
  readonly pause_after?: PauseAfterBody | 'none' | null | undefined;
  readonly expect?: ExpectBody | null | undefined;
}): Pick<JobPatch, 'pauseAfter' | 'expect'> {
  return {
    ...(pauseAfter === undefined ? {} : { pauseAfter: pauseAfter && pauseAfterOf(pauseAfter) }),
    ...(expect === undefined ? {} : { expect: expect && expectOf(expect) }),
  };
}

function pauseAfterOf(budget: PauseAfterBody | 'none'): PauseAfterOptions | 'none' {
  return budget === 'none' ? budget : { failures: budget.failures, ofLast: budget.of_last };
}

function expectOf({
  success_within: successWithin,
  duration,
  start_within: startWithin,
}: ExpectBody): ExpectOptions {
  return { successWithin, duration, startWithin };
}
