import { pauseAllJobs, resumeAllJobs } from '@greenvue/jobs/client';
import type { ApiFlags } from '../input/flags.ts';
import { restCommand } from '../rest/rest-command.ts';
import { printJson } from '../terminal/print.ts';
import { instantAndDistance } from '../terminal/words.ts';

export interface PauseAllFlags extends ApiFlags {
  readonly reason: string | undefined;
  readonly until: string | undefined;
}

/** `jobs pause-all` */
export const pauseAllCommand = restCommand(async (session, { reason, until, json }: PauseAllFlags) => {
  const { api, out, now, program } = session;
  const pause = await pauseAllJobs(api, { reason, until });
  if (json) return printJson(out, { paused_all: pause });
  const end =
    pause?.until == null
      ? `To end the pause, run ${program.name} jobs resume-all`
      : `The pause ends at ${instantAndDistance(pause.until, now())}`;
  out.line(`All jobs are paused: running runs finish, and no run starts. ${end}.`);
});

/** `jobs resume-all` */
export const resumeAllCommand = restCommand(async ({ api, out }, { json }: ApiFlags) => {
  await resumeAllJobs(api);
  if (json) printJson(out, { paused_all: null });
  else out.line('All jobs are resumed, except jobs that are paused on their own.');
});
