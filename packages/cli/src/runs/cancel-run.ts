import { cancelRun, retryRun } from '@greenvue/jobs/client';
import type { ApiFlags } from '../input/flags.ts';
import { restCommand } from '../rest/rest-command.ts';
import { onceOnly } from '../rest/rest-fault.ts';
import { printJson } from '../terminal/print.ts';
import { printable } from '../terminal/printable.ts';
import { waitForRun } from './follow/follow-run.ts';

export interface CancelRunFlags extends ApiFlags {
  readonly force: boolean | undefined;
}

/** `runs cancel` */
export const cancelRunCommand = restCommand(
  async ({ api, out, program }, flags: CancelRunFlags, runId: string) => {
    const run = await cancelRun(api, runId, flags.force ? { force: true } : {});
    if (flags.json) return printJson(out, run);
    out.line(
      run.status === 'cancelled'
        ? `Run ${printable(run.id)} is cancelled.`
        : `Run ${printable(run.id)} was asked to stop. To see whether it has stopped, run ${program.name} runs show ${printable(run.id)}.`,
    );
  },
);

export interface RetryRunFlags extends ApiFlags {
  readonly wait: boolean | undefined;
}

/** `runs retry` */
export const retryRunCommand = restCommand(async (session, flags: RetryRunFlags, runId: string) => {
  const { api, out, err, program } = session;
  const run = await onceOnly(
    retryRun(api, runId),
    `${program.name} runs list --job <id>, with the job of ${program.name} runs show ${printable(runId)}`,
  );
  if (flags.json && !flags.wait) return printJson(out, run);
  const words =
    run.id === runId
      ? `Run ${printable(run.id)} was waiting for a retry; it is due now.`
      : `Run ${printable(run.id)} is queued, a retry of ${printable(runId)}.`;
  (flags.json ? err : out).line(words);
  if (flags.wait) await waitForRun(session, run.id, flags.json);
});
