import { previewSchedule } from '@greenvue/jobs/client';
import { usageError } from '../../exit-code.ts';
import type { ApiFlags } from '../../input/flags.ts';
import { restCommand } from '../../rest/rest-command.ts';
import { printJson } from '../../terminal/print.ts';
import { dueText, movedRunText } from '../next-run.ts';
import { type ScheduleFlags, scheduleFields } from './job-fields.ts';

export interface PreviewJobFlags extends ApiFlags, ScheduleFlags {
  readonly count: number;
}

/** `jobs preview`: the next run times of a schedule or a job, as it is or after an edit. */
export const previewJobCommand = restCommand(
  async ({ api, out, now }, flags: PreviewJobFlags, id: string | undefined) => {
    const schedule = scheduleFields(flags);
    const isGiven = Object.values(schedule).some((value) => value !== undefined);
    if (id === undefined && !isGiven) {
      throw usageError('Give the id of a job, or a schedule, such as --interval 5m or --cron "0 3 * * *".');
    }
    const preview = await previewSchedule(api, { job_id: id, ...schedule, count: flags.count });
    if (flags.json) return printJson(out, preview);
    if (id !== undefined && isGiven) out.line(movedRunText(preview, now()));
    if (preview.times.length === 0)
      out.line('There are no run times: the job runs only on request, is paused or has ended.');
    // Distances by the clock of the server.
    for (const [n, time] of preview.times.entries())
      out.line(dueText(time, preview.slots[n], Date.parse(preview.now)));
  },
);
