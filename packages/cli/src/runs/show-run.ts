import { getRun, type Run } from '@greenvue/jobs/client';
import type { ApiFlags } from '../input/flags.ts';
import { restCommand, type Session } from '../rest/rest-command.ts';
import { printFacts, printJson } from '../terminal/print.ts';
import { printableJson, printableLines } from '../terminal/printable.ts';
import { paint, type Screen } from '../terminal/screen.ts';
import { counted, instantAndDistance, instantText } from '../terminal/words.ts';
import { progressText } from './follow/progress-text.ts';
import { payloadText, slotText, statusStyle, statusText, tookText } from './run-words.ts';
import { stackFrames } from './stack-frames.ts';

/** The depths at which causes are indented; a server may send others. */
const LEVELS = [1, 2, 3, 4, 5];

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
  const isRetried = run.attempt > 1;
  const recoveries = run.recoveries === 0 ? '' : `, after ${counted(run.recoveries, 'lost node')}`;
  printFacts(out, [
    ['Run', run.id],
    ['Job', run.job_id],
    ['Type', run.type],
    ['Status', { text: statusText(run, at), style: statusStyle(run.status) }],
    ['Slot', `${slotText(run)}${run.catch_up ? ', catch-up for missed slots' : ''}`],
    ['Attempt', run.attempt === 0 ? '' : `${run.attempt}${recoveries}`],
    ['Waits for', run.waits_for == null ? '' : limitText(run.waits_for)],
    ['Queued', instantAndDistance(run.queued_at, at)],
    [
      isRetried ? 'Last attempt started' : 'Started',
      run.started_at === null ? '' : instantAndDistance(run.started_at, at),
    ],
    ['Ended', run.finished_at === null ? '' : instantAndDistance(run.finished_at, at)],
    [isRetried ? 'Last attempt took' : 'Took', tookText(run, at)],
    ['Node', run.node ?? ''],
    ['Progress', run.progress === null ? '' : progressText(run.progress)],
    ['Checkpoint', checkpointText(run, at)],
    ['Payload', payloadText(run)],
    ['Result', run.result === null || run.result === undefined ? '' : printableJson(run.result)],
    ['Retry of', run.retry_of ?? ''],
    ['Slot done later', run.slot_done_by == null ? '' : `by run ${run.slot_done_by}`],
    ['Triggered by', run.triggered_by == null ? '' : linkText(run.triggered_by)],
    ['Triggered', (run.triggered ?? []).map(linkText).join(', ')],
    ['Backfill', run.backfill_id ?? ''],
    ['Requested by', run.requested_by ?? ''],
    ['Fingerprint', run.fingerprint ?? ''],
  ]);
}

/** What the next attempt continues from. An older server does not send it. */
function checkpointText({ checkpointed_at: savedAt, steps_done: steps = [] }: Run, at: number): string {
  if (savedAt == null) return '';
  const done = steps.length === 0 ? '' : `, steps done: ${steps.join(', ')}`;
  return `saved ${instantAndDistance(savedAt, at)}${done}`;
}

/** The full limit of its type that the run waits for: `the limit of running runs for "acme"`. */
function limitText({ limit, value }: NonNullable<Run['waits_for']>): string {
  const what = limit === 'running' ? 'the limit of running runs' : 'the rate limit';
  return value == null ? `${what} of its type` : `${what} for ${printableJson(value)}`;
}

function linkText({ run_id, job_id }: NonNullable<Run['triggered_by']>): string {
  return `run ${run_id} of ${job_id}`;
}

function printErrors(out: Screen, { errors }: Run, { stacks }: ShowRunFlags): void {
  for (const error of errors) {
    out.line();
    const { attempt, at, reason } = error;
    out.line(`${paint(out, 'red', `Attempt ${attempt} failed: ${reason}`)} at ${instantText(at)}`);
    printError(out, error, { indent: '  ', before: '', stacks });
    // An older server sends no causes.
    for (const cause of error.causes ?? [])
      printError(out, cause, {
        indent: '  '.repeat(LEVELS.includes(cause.depth) ? cause.depth + 1 : 2),
        before: 'caused by: ',
        stacks,
      });
  }
  if (!stacks && errors.some(({ stack }) => stack !== null)) {
    out.line();
    out.line('Add --stacks to see where in the code each error was thrown.');
  }
}

interface ErrorPrint extends Pick<ShowRunFlags, 'stacks'> {
  readonly indent: string;
  readonly before: string;
}

function printError(
  out: Screen,
  { name, message, code, stack }: Omit<Run['errors'][number]['causes'][number], 'depth'>,
  { indent, before, stacks }: ErrorPrint,
): void {
  // Most messages of system errors contain the code.
  const codeText = typeof code === 'string' && !message.includes(code) ? ` (${code})` : '';
  for (const line of printableLines(`${before}${name}: ${message}${codeText}`)) out.line(`${indent}${line}`);
  const frames = stacks && stack !== null ? stackFrames(stack) : undefined;
  if (frames !== undefined) for (const line of printableLines(frames)) out.line(`${indent}${line}`);
}
