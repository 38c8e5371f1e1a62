import { runJob } from '@greenvue/jobs/client';
import type { ApiFlags } from '../input/flags.ts';
import type { JsonObject } from '../input/json-input.ts';
import { restCommand } from '../rest/rest-command.ts';
import { onceOnly } from '../rest/rest-fault.ts';
import { reportNewRun } from '../runs/report-new-run.ts';
import { printable } from '../terminal/printable.ts';

export interface RunJobFlags extends ApiFlags {
  readonly payload: JsonObject | undefined;
  readonly dedupeKey: string | undefined;
  readonly runAt: string | undefined;
  readonly wait: boolean | undefined;
}

/** `jobs run` */
export const runJobCommand = restCommand(async (session, flags: RunJobFlags, id: string) => {
  const { payload, dedupeKey: dedupe_key, runAt: run_at } = flags;
  const run = await onceOnly(
    runJob(session.api, id, { payload, dedupe_key, run_at }),
    `${session.program.name} runs list --job ${printable(id)}`,
  );
  await reportNewRun(session, run, flags);
});
