import { enqueue } from '@greenvue/jobs/client';
import type { ApiFlags } from '../input/flags.ts';
import type { JsonObject } from '../input/json-input.ts';
import { restCommand } from '../rest/rest-command.ts';
import { onceOnly } from '../rest/rest-fault.ts';
import { printable } from '../terminal/printable.ts';
import { reportNewRun } from './report-new-run.ts';

export interface EnqueueFlags extends ApiFlags {
  readonly payload: JsonObject | undefined;
  readonly delay: string | undefined;
  readonly runAt: string | undefined;
  readonly dedupeKey: string | undefined;
  readonly wait: boolean | undefined;
}

/** `enqueue` */
export const enqueueCommand = restCommand(async (session, flags: EnqueueFlags, type: string) => {
  const { payload = {}, delay, runAt: run_at, dedupeKey: dedupe_key } = flags;
  const run = await onceOnly(
    enqueue(session.api, type, payload, { delay, run_at, dedupe_key }),
    `${session.program.name} runs list --type ${printable(type)}`,
  );
  await reportNewRun(session, run, flags);
});
