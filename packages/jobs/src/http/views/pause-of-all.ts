import { z } from 'zod';
import type { PauseOfAll } from '../../core/pauses/pause-of-all.ts';
import { instantJson, instantSchema } from '../fields/instant.ts';

/** The pause of all jobs, if there is one. */
export const pauseOfAllSchema = z
  .object({
    at: instantSchema,
    reason: z.string().nullable(),
    by: z.string().nullable(),
    until: instantSchema.nullable().describe('When it ends by itself; null: when it is ended'),
  })
  .nullable()
  .describe('The pause of all jobs; null if there is none');

/** Whether all jobs are paused. */
export const allPausedSchema = z.object({ paused_all: pauseOfAllSchema });

export type AllPausedJson = z.output<typeof allPausedSchema>;

export function pauseOfAllJson(pause: PauseOfAll | undefined): AllPausedJson['paused_all'] {
  if (pause === undefined) return null;
  const { at, reason = null, by = null, until } = pause;
  return { at: instantJson(at), reason, by, until: instantJson(until) };
}
