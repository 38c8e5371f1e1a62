import { deleteJob, getJob, type Job } from '@greenvue/jobs/client';
import { CliError, usageError } from '../exit-code.ts';
import type { ApiFlags } from '../input/flags.ts';
import { restCommand } from '../rest/rest-command.ts';
import { printable } from '../terminal/printable.ts';

export interface DeleteJobFlags extends ApiFlags {
  readonly yes: boolean | undefined;
}

/** `jobs delete`: explains the effect and asks, unless --yes is given. */
export const deleteJobCommand = restCommand(async (session, flags: DeleteJobFlags, id: string) => {
  const { api, ask, err, out } = session;
  if (flags.yes) await deleteJob(api, id);
  else {
    if (ask === undefined) {
      throw usageError(
        `${session.program.name} can ask for confirmation only on a terminal. Add --yes to delete the job.`,
      );
    }
    const job = await getJob(api, id);
    err.line(meaningOf(job));
    if (!(await ask('Delete it?'))) throw new CliError('Nothing was deleted.');
    // Only the job that was shown: someone else may have replaced it in the meantime.
    await deleteJob(api, id, { ifMatch: job });
  }
  // The response of the API has no body, so --json prints nothing.
  if (!flags.json) out.line(`${printable(id)} is deleted.`);
});

function meaningOf(job: Job): string {
  return [
    `${printable(job.id)} (${printable(job.name)}) stops at once, and its live runs are cancelled${job.is_running ? '; one is running now' : ''}.`,
    'Its history stays for up to 30 days, and the id becomes free. This cannot be undone; a pause can.',
  ].join('\n');
}
