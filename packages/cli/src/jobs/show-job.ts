import { getJob, type Job, listJobRuns } from '@greenvue/jobs/client';
import type { ApiFlags } from '../input/flags.ts';
import type { CliProgram } from '../program.ts';
import { restCommand, type Session } from '../rest/rest-command.ts';
import { runColumns } from '../runs/lists/run-columns.ts';
import { printFacts, printJson, type Styled } from '../terminal/print.ts';
import { printable, printableJson } from '../terminal/printable.ts';
import { createTable } from '../terminal/table.ts';
import { budgetText, counted, instantAndDistance, instantText } from '../terminal/words.ts';
import { scheduleText, stateOf, stateStyle } from './job-words.ts';
import { dueText, endWords } from './next-run.ts';

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
  if (runs.data.length === 0) out.line('The job has no runs yet.');
  else createTable(out, runColumns(session.now(), { withJob: false })).print(runs.data);
  const failed = runs.data.find(({ status }) => status === 'failed');
  if (failed !== undefined)
    out.line(`\nTo see why it failed, run ${session.program.name} runs show ${printable(failed.id)}`);
});

/** Prints a file for `jobs apply`. Loads YAML only here, because loading takes time. */
async function printYaml({ out }: Session, job: Job): Promise<void> {
  const [{ definitionOf }, { printableYaml }] = await Promise.all([
    import('./definition/definition.ts'),
    import('../terminal/printable-yaml.ts'),
  ]);
  out.write(printableYaml([definitionOf(job)]));
}

function printJob({ out, now, program }: Session, job: Job): void {
  const at = now();
  printFacts(out, [
    ['Job', job.id],
    ['Name', job.name],
    ['Description', job.description],
    ['Type', job.type],
    ['State', ...stateFact(job, at)],
    ['Paused', pauseText(job, at)],
    ['Schedule', scheduleText(job)],
    ['Starts', job.start_at === null ? '' : instantText(job.start_at)],
    ['Ends', endText(job)],
    ['Spread', job.spread ?? ''],
    ['Calendar', calendarText(job)],
    ['Next run', job.next_run === null ? noNextRun(job, program) : dueText(job.next_run, job.next_slot, at)],
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
    ['Expires after', job.expire_after ?? ''],
    ['Priority', job.priority ?? ''],
    ['Max running', job.max_running == null ? '' : String(job.max_running)],
    ['Only if', gateText(job)],
    ['Attempts', job.max_attempts === 1 ? '1, no retry' : `${job.max_attempts}, ${backoffText(job)}`],
    ['Tags', job.tags.join(', ')],
    ['Pauses after', job.pause_after === 'none' ? '' : budgetText(job.pause_after)],
    ['Expected', expectText(job)],
    ['Alerts', job.alerts.join(', ')],
    ['Pings', job.ping_url ?? ''],
    ['Declared', declaredText(job)],
    ['Created', `${instantText(job.created_at)}${job.created_by === null ? '' : ` by ${job.created_by}`}`],
    ['Edited', job.updated_at === job.created_at ? '' : instantText(job.updated_at)],
  ]);
}

function stateFact(job: Job, now: number): readonly [Styled, string] {
  const reason = job.health.reason === null ? '' : `: ${job.health.reason}`;
  const since = job.health.since === null ? '' : ` since ${instantAndDistance(job.health.since, now)}`;
  return [{ text: stateOf(job), style: stateStyle(job) }, `${since}${reason}`];
}

function pauseText({ pause }: Job, now: number): string {
  if (pause === null) return '';
  const by = pause.by === null ? '' : ` by ${pause.by}`;
  const reason = pause.reason === null || pause.reason === '' ? '' : `: ${pause.reason}`;
  const until = pause.until === null ? '' : `, until ${instantAndDistance(pause.until, now)}`;
  return `${instantText(pause.at)}${by}${reason}${until}`;
}

function endText({ end_at: at, max_runs: most, runs_made: made }: Job): string {
  const time = at === null ? [] : [`at ${instantText(at)}`];
  const runs = most === null ? [] : [`after ${counted(most, 'run')}, ${made ?? 0} made`];
  return [...time, ...runs].join(', or ');
}

function calendarText({ calendar }: Job): string {
  // An older server does not send it.
  return calendar == null ? '' : `${calendar.id} (${calendar.mode})`;
}

function gateText({ only_if: gate }: Job): string {
  // An older server does not send it.
  return gate == null ? '' : `${gate.job} succeeded within ${gate.succeeded_within}`;
}

function declaredText({ declaration }: Job): string {
  // A server of an older version does not send it.
  if (declaration == null) return '';
  const { declared_in: place, gone } = declaration;
  if (gone === null) return `in code, at ${place}: change it there`;
  return `in code, at ${place}, but no longer by release ${gone.release}, since ${instantText(gone.since)}; without a declaration, it is deleted after 7 days`;
}

function noNextRun(job: Job, { name }: CliProgram): string {
  if (job.declaration?.gone != null) return 'none: code no longer declares the job';
  if (job.status === 'paused') return `none while the job is paused: ${name} jobs resume ${job.id}`;
  if (job.on_demand) return `only on request: ${name} jobs run ${job.id}`;
  if (job.after != null) return `when a run of ${job.after.job} has ${endWords(job.after.on)}`;
  if (job.is_running) return 'after the end of the current run';
  return 'none';
}

function expectText({ expect }: Job): string {
  const parts = {
    'a success every': expect?.success_within,
    'a run takes at most': expect?.duration,
    'a start within': expect?.start_within,
  };
  const set = Object.entries(parts).filter(([, value]) => typeof value === 'string');
  return set.map(([words, value]) => `${words} ${value}`).join(', ');
}

function backoffText({ backoff }: Job): string {
  const { initial, max, factor, jitter } = backoff;
  return `first retry after ${initial}, then each wait times ${factor}, at most ${max}, ±${Math.round(jitter * 100)} %`;
}
