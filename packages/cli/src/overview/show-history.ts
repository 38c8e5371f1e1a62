import { getJobHistory, type JobHistory } from '@greenvue/jobs/client';
import type { Session } from '../rest/rest-command.ts';
import { printFacts, printJson, type Styled } from '../terminal/print.ts';
import type { Style } from '../terminal/screen.ts';
import { type Column, createTable } from '../terminal/table.ts';
import { durationText, instantText } from '../terminal/words.ts';

const DEFAULT_AGE_MS = 24 * 3_600_000;

export interface HistoryFlags {
  /** In ms. */
  readonly since: number | undefined;
  readonly step: string | undefined;
  readonly job: string | undefined;
  readonly type: string | undefined;
  readonly tag: string | undefined;
}

/** Whether `stats` was asked for a range of time. */
export function asksForHistory({ since, step, job, type, tag }: HistoryFlags): boolean {
  return [since, step, job, type, tag].some((flag) => flag !== undefined);
}

/** `stats --since` */
export async function showHistory(
  { api, out, now }: Session,
  {
    since = DEFAULT_AGE_MS,
    step,
    job,
    type,
    tag,
    json,
  }: HistoryFlags & { readonly json: boolean | undefined },
): Promise<void> {
  const from = new Date(now() - since).toISOString();
  const history = await getJobHistory(api, { from, step, job_id: job, type, tag });
  if (json) return printJson(out, history);
  const { total } = history;
  printFacts(out, [
    ['From', instantText(history.from)],
    ['To', instantText(history.to)],
    [
      'Runs',
      `${total.succeeded} succeeded, `,
      failedText(total.failed),
      `, ${total.cancelled} cancelled, ${total.skipped} skipped`,
    ],
    ['Success rate', rateText(total)],
    ['Duration', percentilesText(total.duration_ms)],
    ['Duration of failures', percentilesText(total.failed_duration_ms)],
    ['Lateness', percentilesText(total.lateness_ms)],
  ]);
  const steps = history.steps.filter((one) => one.succeeded + one.failed + one.cancelled + one.skipped > 0);
  if (steps.length === 0) return;
  out.line();
  createTable(out, COLUMNS).print(steps);
}

type Numbers = JobHistory['total'];
type Step = JobHistory['steps'][number];

const COLUMNS: readonly Column<Step>[] = [
  { title: 'FROM', text: ({ from }) => instantText(from) },
  { title: 'SUCCEEDED', text: ({ succeeded }) => String(succeeded) },
  { title: 'FAILED', text: ({ failed }) => String(failed), style: ({ failed }) => failedStyle(failed) },
  { title: 'RATE', text: rateText },
  { title: 'MEDIAN', text: ({ duration_ms: ms }) => (ms === null ? '' : durationText(ms.p50)) },
  { title: '95TH', text: ({ duration_ms: ms }) => (ms === null ? '' : durationText(ms.p95)) },
  { title: 'LATE 95TH', text: ({ lateness_ms: ms }) => (ms === null ? '' : durationText(ms.p95)) },
  { title: 'CANCELLED', text: ({ cancelled }) => String(cancelled), isOptional: true },
  { title: 'SKIPPED', text: ({ skipped }) => String(skipped), isOptional: true },
];

function rateText({ success_rate: rate }: Numbers): string {
  // Rounded down: 100 % means that no run failed.
  return rate === null ? '' : `${Math.floor(rate * 1_000) / 10} %`;
}

function percentilesText(ms: Numbers['duration_ms']): string {
  return ms === null ? '' : `p50 ${durationText(ms.p50)}, p95 ${durationText(ms.p95)}`;
}

function failedText(failed: number): Styled {
  return { text: `${failed} failed`, style: failedStyle(failed) };
}

function failedStyle(failed: number): Style | undefined {
  return failed > 0 ? 'red' : undefined;
}
