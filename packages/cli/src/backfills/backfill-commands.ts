import { type Backfill, cancelBackfill, getBackfill, listBackfills } from '@greenvue/jobs/client';
import type { ApiFlags } from '../input/flags.ts';
import { restCommand, restCommandOn } from '../rest/rest-command.ts';
import { printFacts, printJson } from '../terminal/print.ts';
import { printable } from '../terminal/printable.ts';
import { type Column, createTable } from '../terminal/table.ts';
import { counted, instantAndDistance, instantText } from '../terminal/words.ts';

const backfillCommand = restCommandOn('backfills list');

export interface ListBackfillsFlags extends ApiFlags {
  readonly job: string | undefined;
}

/** `backfills list` */
export const listBackfillsCommand = restCommand(async ({ api, out }, { job, json }: ListBackfillsFlags) => {
  const backfills = await listBackfills(api, { job_id: job });
  if (json) return printJson(out, backfills);
  if (backfills.length === 0) return out.line('There are no backfills.');
  createTable(out, COLUMNS).print(backfills);
});

/** `backfills show` */
export const showBackfillCommand = backfillCommand(
  async ({ api, out, now }, { json }: ApiFlags, id: string) => {
    const backfill = await getBackfill(api, id);
    if (json) return printJson(out, backfill);
    printFacts(out, [
      ['Backfill', backfill.id],
      ['Job', backfill.job_id],
      ['Status', backfill.status],
      ['Slots', `${backfill.slots} from ${instantText(backfill.from)} to ${instantText(backfill.to)}`],
      ['Progress', progressText(backfill)],
      [
        'Asked for',
        `${instantAndDistance(backfill.created_at, now())} by ${backfill.created_by ?? 'the server'}`,
      ],
    ]);
  },
);

export interface CancelBackfillFlags extends ApiFlags {
  readonly cancelLive: boolean | undefined;
}

/** `backfills cancel` */
export const cancelBackfillCommand = backfillCommand(
  async ({ api, out }, { cancelLive, json }: CancelBackfillFlags, id: string) => {
    const backfill = await cancelBackfill(api, id, cancelLive ? { cancel_live: true } : {});
    if (json) return printJson(out, backfill);
    const { running } = backfill.runs;
    const rest =
      running === 0 ? '' : ` ${counted(running, 'run')} of it ${running === 1 ? 'is' : 'are'} still running.`;
    out.line(`Backfill ${printable(id)} is cancelled.${rest}`);
  },
);

const COLUMNS: readonly Column<Backfill>[] = [
  { title: 'BACKFILL', text: ({ id }) => id },
  { title: 'JOB', text: (backfill) => backfill.job_id, least: 12 },
  { title: 'STATUS', text: ({ status }) => status },
  { title: 'PROGRESS', text: progressText, least: 12 },
  { title: 'REQUESTED', text: (backfill) => instantText(backfill.created_at), isOptional: true },
  { title: 'BY', text: (backfill) => backfill.created_by ?? '', isOptional: true },
];

/** `120 of 168 slots done: 118 succeeded, 2 failed; 1 running, 47 to come` */
function progressText({ slots, waiting, runs }: Backfill): string {
  const done = runs.succeeded + runs.failed + runs.cancelled;
  const parts = [
    [runs.succeeded, 'succeeded'],
    [runs.failed, 'failed'],
    [runs.cancelled, 'cancelled'],
    [runs.running, 'running'],
    [runs.queued, 'queued'],
    [waiting, 'to come'],
  ] as const;
  const told = parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return `${done} of ${counted(slots, 'slot')} done${told.length === 0 ? '' : `: ${told.join(', ')}`}`;
}
