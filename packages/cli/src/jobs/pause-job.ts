import { pauseJob, resumeJob } from '@greenvue/jobs/client';
import type { ApiFlags } from '../input/flags.ts';
import { restCommand } from '../rest/rest-command.ts';
import { printJson } from '../terminal/print.ts';
import { printable } from '../terminal/printable.ts';
import { instantAndDistance } from '../terminal/words.ts';
import { nextRunText } from './next-run.ts';

export interface PauseJobFlags extends ApiFlags {
  readonly reason: string | undefined;
  readonly until: string | undefined;
  readonly cancelLive: boolean | undefined;
}

/** `jobs pause` */
export const pauseJobCommand = restCommand(async (session, flags: PauseJobFlags, id: string) => {
  const { api, out, now, program } = session;
  const { reason, until, cancelLive, json } = flags;
  const job = await pauseJob(api, id, { reason, until, ...(cancelLive ? { cancel_live: true } : {}) });
  if (json) return printJson(out, job);
  const end = job.pause?.until ?? undefined;
  const resumes =
    end === undefined
      ? `To resume it, run ${program.name} jobs resume ${printable(job.id)}`
      : `It resumes at ${instantAndDistance(end, now())}`;
  out.line(`${printable(job.id)} is paused. ${resumes}.`);
});

/** `jobs resume` */
export const resumeJobCommand = restCommand(async ({ api, out, now }, { json }: ApiFlags, id: string) => {
  const job = await resumeJob(api, id);
  if (json) printJson(out, job);
  else out.line(`${printable(job.id)} is resumed. ${nextRunText(job, now())}`);
});
