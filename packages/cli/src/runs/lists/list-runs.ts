import { listRuns } from '@greenvue/jobs/client';
import type { ApiFlags } from '../../input/flags.ts';
import { type RunFilterFlags, runFilterQuery } from '../../input/run-filter-flags.ts';
import { restCommand } from '../../rest/rest-command.ts';
import { printList } from '../../terminal/print.ts';
import { runColumns } from './run-columns.ts';

export interface ListRunsFlags extends ApiFlags, RunFilterFlags {
  readonly limit: number;
}

/** `runs list` */
export const listRunsCommand = restCommand(async (session, flags: ListRunsFlags) => {
  const { limit, json } = flags;
  await printList(session, {
    limit,
    json,
    page: (page) => listRuns(session.api, { ...runFilterQuery(flags), ...page }),
    columns: runColumns(session.now()),
    empty: 'There are no such runs.',
  });
});
