import { type BulkCommand, cancelBulkCommand, getBulkCommand, listBulkCommands } from '@greenvue/jobs/client';
import type { ApiFlags } from '../input/flags.ts';
import { restCommand, restCommandOn } from '../rest/rest-command.ts';
import { printFacts, printJson } from '../terminal/print.ts';
import { printable } from '../terminal/printable.ts';
import { type Column, createTable } from '../terminal/table.ts';
import { instantAndDistance, instantText } from '../terminal/words.ts';
import { progressText, resultText } from './bulk-words.ts';

const bulkCommand = restCommandOn('bulk list');

export interface ListBulkFlags extends ApiFlags {
  readonly status: readonly BulkCommand['status'][] | undefined;
  readonly limit: number;
}

/** `bulk list` */
export const listBulkCommand = restCommand(async ({ api, out }, { status, limit, json }: ListBulkFlags) => {
  const commands = await listBulkCommands(api, { status, limit });
  if (json) return printJson(out, commands);
  if (commands.length === 0)
    return out.line(
      status === undefined ? 'There are no bulk commands.' : `No bulk command is ${status.join(' or ')}.`,
    );
  createTable(out, COLUMNS).print(commands);
});

/** `bulk show` */
export const showBulkCommand = bulkCommand(async ({ api, out, now }, { json }: ApiFlags, id: string) => {
  const command = await getBulkCommand(api, id);
  if (json) return printJson(out, command);
  printFacts(out, [
    ['Bulk command', command.id],
    ['Action', `${command.action} of ${command.target}`],
    ['Status', command.status],
    ['Progress', progressText(command)],
    [
      'Asked for',
      `${instantAndDistance(command.created_at, now())} by ${command.created_by ?? 'the server'}`,
    ],
  ]);
  for (const line of resultText(command).slice(1)) out.line(line);
});

/** `bulk cancel` */
export const cancelBulkCommandCommand = bulkCommand(async ({ api, out }, { json }: ApiFlags, id: string) => {
  const command = await cancelBulkCommand(api, id);
  if (json) return printJson(out, command);
  out.line(
    `Bulk command ${printable(id)} changes nothing more: ${progressText(command)}. What is done stays done.`,
  );
});

const COLUMNS: readonly Column<BulkCommand>[] = [
  { title: 'COMMAND', text: ({ id }) => id },
  { title: 'ACTION', text: ({ action, target }) => `${action} ${target}`, least: 12 },
  { title: 'STATUS', text: ({ status }) => status },
  { title: 'PROGRESS', text: progressText, least: 12 },
  { title: 'REQUESTED', text: (command) => instantText(command.created_at), isOptional: true },
  { title: 'BY', text: (command) => command.created_by ?? '', isOptional: true },
];
