import { getJob, type Job, listJobRuns } from '@greenvue/jobs/client';
import type { ApiFlags } from '../flags.ts';
import { fact, printFacts, printJson } from '../print.ts';
import { restCommand, type Session } from '../rest-command.ts';
import { runColumns } from '../runs/run-columns.ts';
import { printable, printableJson } from '../terminal/printable.ts';
import { paint } from '../terminal/screen.ts';
import { createTable } from '../terminal/table.ts';
import { instantAndDistance, instantText } from '../words.ts';
import { scheduleText, stateOf, stateStyle } from './job-words.ts';

export interface ShowJobFlags extends ApiFlags {
  readonly yaml: boolean | undefined;
}

const LAST_RUNS = 5;

/** `jobs show` */
export const showJobCommand = restCommand(async (session, flags: ShowJobFlags, id: string) => {
  const { api, out } = session;
  if (flags.json) return printJson(out, await getJob(api, id));
  if (flags.yaml) return printYaml(session, await getJob(api, id));
  const [job, runs] = await Promise.all([getJob(api, id), listJobRuns(api, id, { limit: LAST_RUNS })]);
  printJob(session, job);
  out.line();
  if (runs.data.length === 0) out.line('It has not run yet.');
  else createTable(out, runColumns(session.now(), { withJob: false })).print(runs.data);
});

/** As a file for `jobs apply`. What it needs takes a while to load, and most look at a job without it. */
async function printYaml({ out }: Session, job: Job): Promise<void> {
  const [{ definitionOf }, { stringify }] = await Promise.all([import('./definition.ts'), import('yaml')]);
  out.write(
    stringify([definitionOf(job)], { lineWidth: 0 })
      .split('\n')
      .map(printable)
      .join('\n'),
  );
}

function printJob({ out, now }: Session, job: Job): void {
  const at = now();
  printFacts(out, [
    ['Job', printable(job.id)],
    ['Name', fact(job.name)],
    ['Description', fact(job.description)],
    ['Type', printable(job.type)],
    ['State', healthText({ out }, job, at)],
    ['Paused', pauseText(job, at)],
    ['Schedule', printable(scheduleText(job))],
    ['Starts', job.start_at === null ? undefined : instantText(job.start_at)],
    ['Next run', job.next_run === null ? noNextRun(job) : instantAndDistance(job.next_run, at)],
    [
      'Last run',
      job.last_run === null
        ? 'none'
        : `${instantAndDistance(job.last_run, at)}, ${job.last_status ?? 'unknown'}`,
    ],
    ['Payload', printableJson(job.payload)],
    ['Overlap', job.overlap],
    ['Catch-up', job.catch_up],
    ['Timeout', job.timeout],
    ['Attempts', `${job.max_attempts}, ${backoffText(job)}`],
    [
      'Created',
      `${instantText(job.created_at)}${job.created_by === null ? '' : ` by ${printable(job.created_by)}`}`,
    ],
    ['Edited', job.updated_at === job.created_at ? undefined : instantText(job.updated_at)],
  ]);
}

function healthText({ out }: Pick<Session, 'out'>, job: Job, now: number): string {
  const word = paint(out, stateStyle(job), stateOf(job));
  const reason = job.health.reason === null ? '' : `: ${printable(job.health.reason)}`;
  const since = job.health.since === null ? '' : `, since ${instantAndDistance(job.health.since, now)}`;
  return `${word}${reason}${since}`;
}

function pauseText({ pause }: Job, now: number): string | undefined {
  if (pause === null) return undefined;
  const by = pause.by === null ? '' : ` by ${printable(pause.by)}`;
  const reason = pause.reason === null || pause.reason === '' ? '' : `: ${printable(pause.reason)}`;
  const until = pause.until === null ? '' : `, until ${instantAndDistance(pause.until, now)}`;
  return `${instantText(pause.at)}${by}${reason}${until}`;
}

function noNextRun(job: Job): string {
  if (job.status === 'paused') return 'none while it is paused: greenvue jobs resume';
  if (job.on_demand) return 'when somebody asks: greenvue jobs run';
  if (job.is_running) return 'once the run that is live has ended';
  return 'none';
}

function backoffText({ backoff }: Job): string {
  const { initial, max, factor, jitter } = backoff;
  return `the first retry after ${initial}, then ${factor} times as long each, ${max} at most, give or take ${Math.round(jitter * 100)} %`;
}
