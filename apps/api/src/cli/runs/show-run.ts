import { getRun, type Run } from '@greenvue/jobs/client';
import type { ApiFlags } from '../flags.ts';
import { printFacts, printJson } from '../print.ts';
import { restCommand, type Session } from '../rest-command.ts';
import { printableJson, printableLines } from '../terminal/printable.ts';
import { paint, type Screen } from '../terminal/screen.ts';
import { counted, instantAndDistance, instantText } from '../words.ts';
import { progressText } from './progress-text.ts';
import { slotText, statusStyle, statusText, tookText } from './run-words.ts';

export interface ShowRunFlags extends ApiFlags {
  readonly stacks: boolean | undefined;
}

/** `runs show` */
export const showRunCommand = restCommand(async (session, flags: ShowRunFlags, runId: string) => {
  const run = await getRun(session.api, runId);
  if (flags.json) return printJson(session.out, run);
  printRun(session, run);
  printErrors(session.out, run, flags);
});

function printRun({ out, now }: Session, run: Run): void {
  const at = now();
  const recoveries =
    run.recoveries === 0 ? '' : `, after ${counted(run.recoveries, 'lost node')} that had it before`;
  printFacts(out, [
    ['Run', run.id],
    ['Job', run.job_id],
    ['Type', run.type],
    ['Status', { text: statusText(run, at), style: statusStyle(run.status) }],
    ['Slot', `${slotText(run)}${run.catch_up ? ', to make up for missed ones' : ''}`],
    ['Attempt', run.attempt === 0 ? '' : `${run.attempt}${recoveries}`],
    ['Queued', instantAndDistance(run.queued_at, at)],
    ['Started', run.started_at === null ? '' : instantAndDistance(run.started_at, at)],
    ['Ended', run.finished_at === null ? '' : instantAndDistance(run.finished_at, at)],
    ['Took', tookText(run, at)],
    ['Node', run.node ?? ''],
    ['Progress', run.progress === null ? '' : progressText(run.progress)],
    ['Payload', run.payload === null ? '' : `${printableJson(run.payload)}, for this run alone`],
    ['Result', run.result === null || run.result === undefined ? '' : printableJson(run.result)],
    ['Retry of', run.retry_of ?? ''],
  ]);
}

function printErrors(out: Screen, { errors }: Run, { stacks }: ShowRunFlags): void {
  for (const { attempt, at, reason, name, message, stack } of errors) {
    out.line();
    out.line(`${paint(out, 'red', `Attempt ${attempt} failed: ${reason}`)} at ${instantText(at)}`);
    for (const line of printableLines(`${name}: ${message}`)) out.line(`  ${line}`);
    if (stacks && stack !== null) for (const line of printableLines(stack)) out.line(`  ${line}`);
  }
  if (!stacks && errors.some(({ stack }) => stack !== null)) {
    out.line();
    out.line('With --stacks, where in the code that was.');
  }
}
