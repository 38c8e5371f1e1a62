import { type Job, listJobs } from '@greenvue/jobs/client';
import type { ApiFlags } from '../input/flags.ts';
import type { JobFilterFlags } from '../input/job-filter-flags.ts';
import { restCommand } from '../rest/rest-command.ts';
import { printList } from '../terminal/print.ts';
import type { Column } from '../terminal/table.ts';
import { distanceText } from '../terminal/words.ts';
import { scheduleText, stateOf, stateStyle } from './job-words.ts';

export interface ListJobsFlags extends ApiFlags, JobFilterFlags {
  readonly sort: 'id' | 'name' | 'next_run' | 'last_run' | 'created_at';
  readonly reverse: boolean | undefined;
  readonly limit: number;
}

/** `jobs list` */
export const listJobsCommand = restCommand(async (session, flags: ListJobsFlags) => {
  const { type, status, health, origin, search: q, upstream, limit, json } = flags;
  const tag = [...(flags.tag ?? [])];
  const sort = flags.reverse ? (`-${flags.sort}` as const) : flags.sort;
  await printList(session, {
    limit,
    json,
    page: (page) => listJobs(session.api, { type, status, health, origin, tag, q, upstream, sort, ...page }),
    columns: columnsOf(session.now()),
    empty: 'There are no such jobs.',
  });
});

function columnsOf(now: number): readonly Column<Job>[] {
  return [
    { title: 'JOB', text: (job) => job.id, least: 12 },
    { title: 'STATE', text: stateOf, style: stateStyle },
    { title: 'SCHEDULE', text: scheduleText, least: 12 },
    { title: 'NEXT RUN', text: ({ next_run }) => (next_run === null ? '-' : distanceText(next_run, now)) },
    { title: 'LAST RUN', text: (job) => lastRunText(job, now), isOptional: true },
    { title: 'NAME', text: (job) => job.name, least: 12, isOptional: true },
    { title: 'TYPE', text: (job) => job.type, least: 12, isOptional: true },
    { title: 'ORIGIN', text: ({ origin }) => (origin === 'code' ? origin : ''), isOptional: true },
    { title: 'TAGS', text: ({ tags }) => tags.join(' '), least: 8, isOptional: true },
  ];
}

function lastRunText({ last_run, last_status }: Job, now: number): string {
  if (last_run === null) return '-';
  return `${last_status ?? 'started'} ${distanceText(last_run, now)}`;
}
