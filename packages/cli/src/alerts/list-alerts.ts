import {
  type AlertDeliveriesQuery,
  type AlertDelivery,
  listAlertDeliveries,
  retryAlertDelivery,
} from '@greenvue/jobs/client';
import type { ApiFlags } from '../input/flags.ts';
import { restCommand, restCommandOn } from '../rest/rest-command.ts';
import { printList } from '../terminal/print.ts';
import { printable } from '../terminal/printable.ts';
import type { Column } from '../terminal/table.ts';
import { instantText } from '../terminal/words.ts';

const alertCommand = restCommandOn('alerts list');

export interface ListAlertsFlags extends ApiFlags {
  readonly channel: string | undefined;
  readonly status: string | undefined;
  readonly condition: string | undefined;
  readonly job: string | undefined;
  readonly limit: number;
}

/** `alerts list` */
export const listAlertsCommand = restCommand(async (session, flags: ListAlertsFlags) => {
  const { channel, status, condition, job, limit, json } = flags;
  // The server says which values there are.
  const filter = { channel, status, condition, job_id: job } as AlertDeliveriesQuery;
  await printList(session, {
    limit,
    json,
    page: (page) => listAlertDeliveries(session.api, { ...filter, ...page }),
    columns: COLUMNS,
    empty: 'There are no such alerts.',
  });
});

/** `alerts retry` */
export const retryAlertCommand = alertCommand(async ({ api, out }, flags: ApiFlags, id: string) => {
  await retryAlertDelivery(api, id);
  if (!flags.json) out.line(`Alert ${printable(id)} is sent again.`);
});

const COLUMNS: readonly Column<AlertDelivery>[] = [
  { title: 'ID', text: ({ id }) => id },
  { title: 'AT', text: ({ at }) => instantText(at) },
  { title: 'CHANNEL', text: ({ channel }) => channel, least: 8 },
  { title: 'CONDITION', text: ({ condition }) => condition },
  { title: 'JOB', text: ({ job_id }) => job_id, least: 12 },
  { title: 'STATUS', text: ({ status }) => status },
  { title: 'TRIES', text: ({ tries }) => String(tries) },
  { title: 'ERROR', text: ({ delivery_error }) => delivery_error ?? '', least: 12, isOptional: true },
];
