import { z } from 'zod';
import { formatDuration } from '../../../core/time/duration.ts';
import type { FailureBudget, Watching } from '../../../core/watching/watching.ts';

/** A failure budget in a response. `none` as a request writes it, so that a PUT of it changes nothing. */
export const pauseAfterSchema = z.union([
  z.object({ failures: z.int(), of_last: z.int() }),
  z.literal('none'),
]);

/** How a job is labelled and watched, in the response of every route that has the job. */
export const watchingShape = {
  tags: z.array(z.string()),
  pause_after: pauseAfterSchema.describe(
    'Failure budget: the engine pauses the job once this many of its last runs have failed',
  ),
  expect: z
    .object({
      success_within: z.string().nullable(),
      duration: z.string().nullable(),
      start_within: z.string().nullable(),
    })
    .nullable(),
  alerts: z.array(z.string()).describe('Alert channels that the job names'),
  ping_url: z.string().nullable(),
  damaged: z
    .array(z.enum(['tags', 'alerts']))
    .describe('Fields that are empty because their stored value is damaged'),
};

const watchingSchema = z.object(watchingShape);

export function watchingJson({
  tags,
  pauseAfter,
  expect,
  alerts,
  pingUrl,
}: Watching): Omit<z.output<typeof watchingSchema>, 'damaged'> {
  const durationText = (ms: number | undefined) => (ms === undefined ? null : formatDuration(ms));
  return {
    tags: [...(tags ?? [])],
    pause_after: pauseAfterJson(pauseAfter),
    expect:
      expect === undefined
        ? null
        : {
            success_within: durationText(expect.successWithinMs),
            duration: durationText(expect.durationMs),
            start_within: durationText(expect.startWithinMs),
          },
    alerts: [...(alerts ?? [])],
    ping_url: pingUrl ?? null,
  };
}

export function pauseAfterJson(budget: FailureBudget | undefined): z.output<typeof pauseAfterSchema> {
  return budget === undefined ? 'none' : { failures: budget.failures, of_last: budget.ofLast };
}
