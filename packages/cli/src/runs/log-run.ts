import { getRun, getRunLogs } from '@greenvue/jobs/client';
import type { ApiFlags } from '../input/flags.ts';
import { restCommand } from '../rest/rest-command.ts';
import { printJson } from '../terminal/print.ts';
import { printableJson } from '../terminal/printable.ts';
import { followRun, refuseUnlessSucceeded } from './follow/follow-run.ts';
import { logText } from './log-lines.ts';

export interface LogRunFlags extends ApiFlags {
  readonly follow: boolean | undefined;
}

/** `runs logs`. With --follow and --json, prints one JSON object per line. */
export const logRunCommand = restCommand(async (session, flags: LogRunFlags, runId: string) => {
  const { api, out, err } = session;
  if (flags.follow) {
    const run = await followRun(session, runId, {
      log: out,
      text: (line) => (flags.json ? printableJson(line) : logText(out, line)),
    });
    refuseUnlessSucceeded(session, run);
    return;
  }
  const data = await getRunLogs(api, runId);
  if (flags.json) return printJson(out, { data });
  for (const line of data) out.line(logText(out, line));
  if (data.length > 0) return;
  const { status } = await getRun(api, runId);
  err.line(`The run has logged nothing${status === 'queued' || status === 'running' ? ' yet' : ''}.`);
});
