import { type JobAuditRecord, listJobAudit } from '@greenvue/jobs/client';
import type { ApiFlags } from '../input/flags.ts';
import { restCommand } from '../rest/rest-command.ts';
import { printList } from '../terminal/print.ts';
import type { Column } from '../terminal/table.ts';
import { instantText } from '../terminal/words.ts';

export interface ListAuditFlags extends ApiFlags {
  readonly actor: string | undefined;
  readonly action: string | undefined;
  readonly target: string | undefined;
  readonly job: string | undefined;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly limit: number;
}

/** `audit` */
export const listAuditCommand = restCommand(async (session, flags: ListAuditFlags) => {
  const { limit, json } = flags;
  await printList(session, {
    limit,
    json,
    page: (page) => listJobAudit(session.api, { ...filterOf(flags), ...page }),
    columns: COLUMNS,
    empty: 'There are no such changes.',
  });
});

function filterOf({ actor, action, target, job, from, to }: ListAuditFlags) {
  return { actor, action, target, job_id: job, from, to };
}

const COLUMNS: readonly Column<JobAuditRecord>[] = [
  { title: 'AT', text: ({ at }) => instantText(at) },
  { title: 'ACTOR', text: ({ actor }) => actor, least: 12 },
  { title: 'ACTION', text: ({ action }) => action },
  { title: 'TARGET', text: ({ target }) => target, least: 12 },
  { title: 'JOB', text: ({ job_name: name, job_id: id }) => name ?? id ?? '', least: 12 },
  { title: 'CHANGE', text: ({ change }) => JSON.stringify(change), least: 12, isOptional: true },
];
