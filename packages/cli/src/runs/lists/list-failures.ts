import { type FailureGroup, listRunFailures } from '@greenvue/jobs/client';
import type { ApiFlags } from '../../input/flags.ts';
import { restCommand } from '../../rest/rest-command.ts';
import { printList } from '../../terminal/print.ts';
import type { Column } from '../../terminal/table.ts';
import { distanceText } from '../../terminal/words.ts';

export interface ListFailuresFlags extends ApiFlags {
  readonly job: string | undefined;
  readonly type: string | undefined;
  readonly tag: readonly string[] | undefined;
  readonly hours: number;
  readonly sort: 'last-seen' | 'count';
  readonly limit: number;
}

/** `runs failures` */
export const listFailuresCommand = restCommand(async (session, flags: ListFailuresFlags) => {
  const { job: job_id, type, hours, limit, json } = flags;
  const tag = [...(flags.tag ?? [])];
  const sort = flags.sort === 'count' ? '-count' : '-last_seen';
  await printList(session, {
    limit,
    json,
    page: (page) => listRunFailures(session.api, { job_id, type, tag, hours, sort, ...page }),
    columns: columns(session.now()),
    empty: `No run failed in the last ${hours} h.`,
  });
});

function columns(now: number): readonly Column<FailureGroup>[] {
  return [
    { title: 'FINGERPRINT', text: ({ fingerprint }) => fingerprint },
    { title: 'RUNS', text: ({ count }) => String(count) },
    { title: 'JOBS', text: jobsText, least: 12 },
    { title: 'LAST', text: ({ last_seen }) => distanceText(last_seen, now) },
    { title: 'SAMPLE', text: ({ sample }) => sample.id, isOptional: true },
    { title: 'ERROR', text: errorText, least: 20 },
  ];
}

function jobsText({ jobs, job_count }: FailureGroup): string {
  const [first] = jobs;
  if (first === undefined) return '';
  return job_count === 1 ? first.job_id : `${first.job_id} and ${job_count - 1} more`;
}

function errorText({ sample }: FailureGroup): string {
  const error = sample.errors.at(-1);
  return error === undefined ? '' : `${error.name}: ${error.message}`;
}
