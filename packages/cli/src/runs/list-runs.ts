import { listRuns, type Run } from '@greenvue/jobs/client';
import type { ApiFlags } from '../input/flags.ts';
import { restCommand } from '../rest/rest-command.ts';
import { printList } from '../terminal/print.ts';
import { runColumns } from './run-columns.ts';

export interface ListRunsFlags extends ApiFlags {
  readonly job: string | undefined;
  readonly type: string | undefined;
  readonly status: Run['status'] | undefined;
  readonly tag: readonly string[] | undefined;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly limit: number;
}

/** `runs list` */
export const listRunsCommand = restCommand(async (session, flags: ListRunsFlags) => {
  const { job: job_id, type, status, from, to, limit, json } = flags;
  const tag = [...(flags.tag ?? [])];
  await printList(session, {
    limit,
    json,
    page: (page) => listRuns(session.api, { job_id, type, status, tag, from, to, ...page }),
    columns: runColumns(session.now()),
    empty: 'There are no such runs.',
  });
});
