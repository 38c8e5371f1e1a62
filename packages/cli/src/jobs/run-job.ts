import { runJob } from '@greenvue/jobs/client';
import type { ApiFlags } from '../input/flags.ts';
import type { JsonObject } from '../input/json-input.ts';
import { restCommand } from '../rest/rest-command.ts';
import { onceOnly } from '../rest/rest-fault.ts';
import { waitForRun } from '../runs/follow/follow-run.ts';
import { printJson } from '../terminal/print.ts';
import { printable } from '../terminal/printable.ts';

export interface RunJobFlags extends ApiFlags {
  readonly payload: JsonObject | undefined;
  readonly dedupeKey: string | undefined;
  readonly runAt: string | undefined;
  readonly wait: boolean | undefined;
}

/** `jobs run` */
export const runJobCommand = restCommand(async (session, flags: RunJobFlags, id: string) => {
  const { payload, dedupeKey: dedupe_key, runAt: run_at, json, wait } = flags;
  const { out, err, program } = session;
  const run = await onceOnly(
    runJob(session.api, id, { payload, dedupe_key, run_at }),
    `${program.name} runs list --job ${printable(id)}`,
  );
  if (json && !wait) return printJson(out, run);
  (json ? err : out).line(
    `Run ${printable(run.id)} of ${printable(run.job_id)} is ${printable(run.status)}.`,
  );
  if (wait) await waitForRun(session, run.id, json);
  else out.line(`To follow it, run ${program.name} runs logs ${printable(run.id)} -f`);
});
