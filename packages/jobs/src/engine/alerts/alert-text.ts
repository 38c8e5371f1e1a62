import type { Alert, AlertCondition, AlertMessage } from '../../core/alerts/alert.ts';
import { ALERT_CONDITIONS } from '../../core/alerts/alert.ts';
import type { AlertNotice } from '../ports/alerts-port.ts';

/** The words of a message. `consoleUrl`: without a slash at its end. */
export function noticeOf(message: AlertMessage, consoleUrl: string | undefined): AlertNotice {
  const [alert] = message.alerts;
  const digest = message.isDigest || alert === undefined;
  const link =
    consoleUrl === undefined
      ? undefined
      : digest
        ? digestLink(message, consoleUrl)
        : linkOf(alert, consoleUrl);
  return {
    ...message,
    title: digest ? digestTitle(message) : titleOf(alert),
    text: (digest
      ? digestLines(message, link)
      : linesOf(alert, { link, causes: causesLink(alert, consoleUrl) })
    ).join('\n'),
    ...(link === undefined ? {} : { link }),
  };
}

/** The page that shows what happened: of the run, if there is one, or of the job. */
export function linkOf({ jobId, runId }: Alert, consoleUrl: string): string {
  return runId === undefined
    ? `${consoleUrl}/jobs/${encodeURIComponent(jobId)}`
    : `${consoleUrl}/runs/${encodeURIComponent(runId)}`;
}

/** People read an alert long after it: the page of failures shows 24 hours unless a link says more. */
const FAILURES_RANGE = 'range=7d';

/** Failures lead to their causes, and other digests to the overview. */
function digestLink({ counts }: AlertMessage, consoleUrl: string): string {
  return counts.failed === undefined ? consoleUrl : `${consoleUrl}/failures?${FAILURES_RANGE}`;
}

/** The page with all runs that failed in the same way. */
function causesLink({ fingerprint }: Alert, consoleUrl: string | undefined): string | undefined {
  return consoleUrl === undefined || fingerprint === undefined
    ? undefined
    : `${consoleUrl}/failures?fingerprint=${fingerprint}&${FAILURES_RANGE}`;
}

/** A sample, with which people test a channel. */
export function sampleMessage(at: number): AlertMessage {
  const alert: Alert = {
    condition: 'failed',
    jobId: 'sample-job',
    jobName: 'Sample job',
    at,
    since: at,
    count: 1,
    error: { name: 'Error', message: 'This is a test of the channel. No job has failed.' },
  };
  return { id: `alert_test_${at}`, alerts: [alert], count: 1, counts: { failed: 1 }, isDigest: false };
}

/** One line about one alert. */
export function titleOf({ condition, jobName, count = 1 }: Alert): string {
  switch (condition) {
    case 'failed':
      return count > 1 ? `Job "${jobName}" failed ${count} times in a row` : `Job "${jobName}" failed`;
    case 'recovered':
      return `Job "${jobName}" has recovered`;
    case 'paused_by_engine':
      return `Job "${jobName}" was paused because too many runs failed`;
    case 'missed':
      return `Job "${jobName}" missed ${count === 1 ? '1 slot' : `${count} slots`}`;
    case 'late':
      return `Job "${jobName}" is late`;
    case 'overdue':
      return `Job "${jobName}" has had no success for too long`;
    case 'slow':
      return `Job "${jobName}" takes longer than expected`;
    case 'no_handler':
      return `No running node can run job "${jobName}"`;
    case 'zombie':
      return `A run of job "${jobName}" ignores the signal to stop`;
    default:
      return condition satisfies never;
  }
}

const WHAT_TO_DO: Readonly<Record<AlertCondition, string>> = {
  failed:
    'Read the log of the run, and fix the cause. Then look for missing slots on the page of the job, and run them.',
  recovered: 'A run has succeeded. Check on the page of the job whether earlier slots are missing.',
  paused_by_engine: 'Fix the cause, then resume the job. Until then, only people and code can start it.',
  missed:
    'Find out why no node was running or free at that time. Run the job by hand if its work must be done.',
  late: 'Check that a node is running, and that it has a free place for this job.',
  overdue: 'Check whether the job is scheduled often enough, and why its runs fail or do not start.',
  slow: 'Look at the run that takes so long. Cancel it if it does not end.',
  no_handler: 'Start a node with this job type, in the version that the job needs.',
  zombie: 'Restart the node of this run. To fix the cause, make the handler stop when its AbortSignal fires.',
};

interface Links {
  readonly link: string | undefined;
  /** Absent if no run failed. */
  readonly causes: string | undefined;
}

function linesOf(alert: Alert, { link, causes }: Links): readonly string[] {
  const { jobId, jobName, at, since, error, reason, condition } = alert;
  return [
    titleOf(alert),
    '',
    `Job: ${jobName} (${jobId})`,
    since === undefined || condition === 'recovered' ? `Time: ${timeText(at)}` : `Since: ${timeText(since)}`,
    ...(error === undefined ? [] : [`Error: ${error.name}: ${error.message}`]),
    ...(reason === undefined ? [] : [`Reason: ${reason}`]),
    '',
    WHAT_TO_DO[condition],
    ...(link === undefined ? [] : ['', link]),
    ...(causes === undefined ? [] : [`All runs that failed in the same way: ${causes}`]),
  ];
}

function digestTitle({ count, counts }: AlertMessage): string {
  const parts = ALERT_CONDITIONS.flatMap((condition) => {
    const number = counts[condition] ?? 0;
    return number === 0 ? [] : [`${number} ${SHORT[condition]}`];
  });
  return `${count} alerts about jobs: ${parts.join(', ')}`;
}

const SHORT: Readonly<Record<AlertCondition, string>> = {
  failed: 'failed',
  recovered: 'recovered',
  paused_by_engine: 'paused after failures',
  missed: 'missed slots',
  late: 'late',
  overdue: 'without success in time',
  slow: 'slow',
  no_handler: 'without a handler',
  zombie: 'ignoring the signal to stop',
};

function digestLines(message: AlertMessage, link: string | undefined): readonly string[] {
  const { alerts, count } = message;
  const further = count - alerts.length;
  return [
    digestTitle(message),
    '',
    ...alerts.map(
      (alert) => `- ${titleOf(alert)}${alert.error === undefined ? '' : `: ${alert.error.message}`}`,
    ),
    ...(further > 0 ? [`and ${further} more`] : []),
    '',
    'This is a digest, because there were more than 10 alerts in a minute.',
    ...(link === undefined ? [] : ['', link]),
  ];
}

function timeText(ms: number): string {
  return new Date(ms).toISOString();
}
