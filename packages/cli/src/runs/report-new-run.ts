import type { Run } from '@greenvue/jobs/client';
import type { Session } from '../rest/rest-command.ts';
import { printJson } from '../terminal/print.ts';
import { printable } from '../terminal/printable.ts';
import { instantAndDistance } from '../terminal/words.ts';
import { waitForRun } from './follow/follow-run.ts';

export interface NewRunFlags {
  readonly json: boolean | undefined;
  readonly wait: boolean | undefined;
}

/** Prints a run that was just made and how to follow it. With `wait`, follows it to its end. */
export async function reportNewRun(session: Session, run: Run, { json, wait }: NewRunFlags): Promise<void> {
  const { out, err, program, now } = session;
  if (json && !wait) return printJson(out, run);
  const id = printable(run.id);
  const job = printable(run.job_id);
  const start =
    run.held === 'run_at' && run.available_at !== null
      ? ` It starts at ${instantAndDistance(run.available_at, now())}.`
      : run.held === 'pause'
        ? ` It waits until the job is resumed: ${program.name} jobs resume ${job}`
        : '';
  (json ? err : out).line(`Run ${id} of ${job} is ${printable(run.status)}.${start}`);
  if (wait) await waitForRun(session, run.id, json);
  else out.line(`To follow it, run ${program.name} runs logs ${id} -f`);
}
