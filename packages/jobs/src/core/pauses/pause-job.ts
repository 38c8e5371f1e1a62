import { withNextSlot } from '../model/job.ts';
import type { JobCommand } from '../model/job-command.ts';
import type { Pause } from '../model/job-pause.ts';
import type { Draft } from '../rules/decision.ts';
import { moveAll } from '../rules/room.ts';
import { takeAllSlots, tryTakeDue } from '../rules/slots.ts';

export type NewPause = Pick<Extract<JobCommand, { kind: 'pause' }>, 'reason' | 'by' | 'until'>;

export function pauseAt(at: number, { reason, by, until }: NewPause): Pause {
  return {
    at,
    ...(reason === undefined ? {} : { reason }),
    ...(by === undefined ? {} : { by }),
    ...(until === undefined ? {} : { until }),
  };
}

/**
 * P14, pause: takes the slots that are due, and holds all waiting runs. Pausing a paused job gives it the new
 * reason and end. False: the job is finished, so there is nothing to pause.
 */
export function pauseJob(draft: Draft, { reason, by, until }: NewPause, now: number): boolean {
  if (tryTakeDue(draft, now)) takeAllSlots(draft, now);
  const { job } = draft;
  if (job.status === 'finished') return false;
  const at = job.pause?.at ?? now;
  draft.job = {
    ...withNextSlot(job, undefined),
    status: 'paused',
    pause: pauseAt(at, { reason, by, until }),
  };
  const { active, waiting } = draft.live;
  // Most jobs have no live run: a statement for each would be most of what a pause of many jobs costs.
  if (job.status !== 'paused' && active + waiting > 0) moveAll(draft, ['no', 'overlap'], 'pause');
  return true;
}
