import { followRunLogs, getRun, type LogLine, type Run } from '@greenvue/jobs/client';
import { CliError, EXIT } from '../../exit-code.ts';
import type { Session } from '../../rest/rest-command.ts';
import { printJson } from '../../terminal/print.ts';
import { printable, printableJson } from '../../terminal/printable.ts';
import { paint, type Screen } from '../../terminal/screen.ts';
import { counted } from '../../terminal/words.ts';
import { logText } from '../log-lines.ts';
import { failedAttemptText, statusStyle, statusText, tookText } from '../run-words.ts';
import { createPaceMeter } from './progress-text.ts';
import { createProgressView, type ProgressView } from './progress-view.ts';

const LOOK_MS = 1_000;

export interface Following {
  /** The output of the log. */
  readonly log: Screen;
  /** Formats a line of the log. */
  readonly text: (line: LogLine) => string;
}

/** Shows the log and the progress of a run until it has ended, and returns the finished run. */
export async function followRun(session: Session, runId: string, { log, text }: Following): Promise<Run> {
  const view = createProgressView(session.err, log);
  session.interrupted.addEventListener('abort', () => view.stop(), { once: true });
  const failures = createFailureNotes(session, view);
  const ended = new AbortController();
  const watching = watchRun({ session, runId, view, failures, ended: ended.signal });
  try {
    for await (const line of followRunLogs(session.patientApi, runId)) view.log(text(line));
  } finally {
    ended.abort();
    await watching;
    view.stop();
  }
  const run = await getRun(session.patientApi, runId);
  failures(run);
  return run;
}

/**
 * Prints each failed attempt once. The end of a failed run prints the last error.
 */
function createFailureNotes({ err, now }: Session, view: ProgressView): (run: Run) => void {
  let told = 0;
  return (run) => {
    const failed = run.status === 'failed' ? run.errors.slice(0, -1) : run.errors;
    for (const error of failed.slice(told))
      view.note(paint(err, 'yellow', printable(failedAttemptText(error, run, now()))));
    told = Math.max(told, failed.length);
  };
}

interface Watching {
  readonly session: Session;
  readonly runId: string;
  readonly view: ProgressView;
  readonly failures: (run: Run) => void;
  readonly ended: AbortSignal;
}

/** Polls the progress and the failed attempts. Ignores errors: the follower of the log reports them. */
async function watchRun({ session, runId, view, failures, ended }: Watching): Promise<void> {
  const pace = createPaceMeter();
  while (!ended.aborted) {
    const run = await getRun(session.patientApi, runId, { signal: ended }).catch(() => undefined);
    if (ended.aborted || run === undefined) return;
    failures(run);
    if (run.progress !== null) view.update(run.progress, pace(run.progress, session.now()));
    await session.sleep(LOOK_MS, ended);
  }
}

/**
 * Follows a run that was just started and prints its outcome; exit code 7 unless it succeeded. With `json`,
 * stdout has only the run.
 */
export async function waitForRun(session: Session, runId: string, json: boolean | undefined): Promise<void> {
  const { out, err } = session;
  const log = json ? err : out;
  const run = await followRun(session, runId, { log, text: (line) => logText(log, line) });
  if (json) printJson(out, run);
  else if (run.status === 'succeeded') for (const line of endWords(session, run)) out.line(line);
  refuseUnlessSucceeded(session, run);
}

/** Throws with exit code 7 and the reason if the run did not succeed. */
export function refuseUnlessSucceeded(session: Session, run: Run): void {
  if (run.status === 'succeeded') return;
  throw new CliError(
    [
      ...endWords(session, run),
      `For details, run ${session.program.name} runs show ${printable(run.id)}`,
    ].join('\n'),
    EXIT.runFailed,
  );
}

function endWords({ out, now }: Session, run: Run): readonly string[] {
  const took = tookText(run, now());
  const after =
    run.attempt > 1
      ? ` after ${counted(run.attempt, 'attempt')}; the last attempt took ${took}`
      : ` after ${took}`;
  const status =
    run.status === 'succeeded'
      ? paint(out, statusStyle(run.status), run.status)
      : printable(statusText(run, now()));
  const last = run.errors.at(-1);
  const hasResult = run.result !== null && run.result !== undefined;
  return [
    `Run ${printable(run.id)} ${status}${took === '' ? '' : after}`,
    ...(last === undefined || run.status !== 'failed'
      ? []
      : [`  ${printable(`${last.name}: ${last.message}`)}`, ...causeWords(last)]),
    ...(hasResult ? [`  ${printableJson(run.result)}`] : []),
  ];
}

/** An older server sends no causes. */
function causeWords({ causes = [] }: Pick<Run['errors'][number], 'causes'>): readonly string[] {
  return causes.map(({ name, message }) => `    caused by: ${printable(`${name}: ${message}`)}`);
}
