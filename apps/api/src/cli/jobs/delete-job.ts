import { deleteJob, getJob, type Job } from '@greenvue/jobs/client';
import { CliError, usageError } from '../exit-code.ts';
import type { ApiFlags } from '../input/flags.ts';
import { restCommand } from '../rest/rest-command.ts';
import { printable } from '../terminal/printable.ts';

export interface DeleteJobFlags extends ApiFlags {
  readonly yes: boolean | undefined;
}

/** `jobs delete`: says what it means and asks, unless it was told yes. */
export const deleteJobCommand = restCommand(async (session, flags: DeleteJobFlags, id: string) => {
  const { api, ask, err, out } = session;
  if (flags.yes) await deleteJob(api, id);
  else {
    if (ask === undefined) {
      throw usageError('Nobody is here to be asked: say --yes to delete the job.');
    }
    const job = await getJob(api, id);
    err.line(meaningOf(job));
    if (!(await ask('Delete it?'))) throw new CliError('Nothing was deleted.');
    // Only what was shown: somebody may have made another job of it meanwhile.
    await deleteJob(api, id, { ifMatch: job });
  }
  // The API answers with nothing, and so does --json.
  if (!flags.json) out.line(`${printable(id)} is deleted.`);
});

function meaningOf(job: Job): string {
  return [
    `${printable(job.id)} (${printable(job.name)}) stops at once, and its live runs are cancelled${job.is_running ? ': one is at work now' : ''}.`,
    'Its history stays for up to 30 days, and the id is free again. A pause can be undone, this can not.',
  ].join('\n');
}
