import { BULK_COMMANDS_KEPT, BULK_STATUSES, type BulkCommand } from '../../core/bulk/bulk-command.ts';
import { bulkCommandOf, recordStatusesOf } from '../../core/bulk/bulk-rules.ts';
import type { StoredBulkCommand } from '../../core/bulk/store-bulk.ts';
import { listOf } from '../../core/filters/run-filter.ts';
import { DEFAULT_PAGE_ROWS } from '../../core/limits.ts';
import { bulkCommandNotFound } from '../../core/model/not-found.ts';
import { auditOf } from '../api/command-options.ts';
import type { EngineParts } from '../engine-parts.ts';
import type { BulkListQuery, BulkOptions } from '../ports/bulk-port.ts';
import { EngineError } from '../ports/engine-port.ts';
import type { BulkCommands } from './bulk-commands.ts';

export type BulkDeps = EngineParts & { readonly bulk: BulkCommands };

export async function getBulkCommand(
  { store, node }: EngineParts,
  id: string,
  { scope }: Pick<BulkListQuery, 'scope'> = {},
): Promise<BulkCommand> {
  const stored = await store.getBulkCommand(id);
  if (stored === undefined || (scope !== undefined && stored.scope !== scope)) throw bulkCommandNotFound(id);
  return bulkCommandOf(stored, await liveNodes({ store, node }, [stored]));
}

export async function listBulkCommands(
  { store, node }: EngineParts,
  { limit = DEFAULT_PAGE_ROWS, status, ...which }: BulkListQuery = {},
): Promise<readonly BulkCommand[]> {
  const asked = status === undefined ? BULK_STATUSES : listOf(status);
  const statuses = status === undefined ? undefined : recordStatusesOf(asked);
  // A record still says `running` after its node has died, so these are filtered after the read.
  const isSure = statuses?.includes('running') !== true;
  const rows = isSure ? limit : BULK_COMMANDS_KEPT;
  const found = await store.listBulkCommands({ ...which, statuses, limit: rows });
  const live = await liveNodes({ store, node }, found);
  const commands = found.map((stored) => bulkCommandOf(stored, live));
  return commands.filter((command) => asked.includes(command.status)).slice(0, limit);
}

export async function cancelBulkCommand(
  deps: BulkDeps,
  id: string,
  { scope, ...options }: Pick<BulkOptions, 'by' | 'signal' | 'scope'> = {},
): Promise<BulkCommand> {
  const known = await getBulkCommand(deps, id, { scope });
  const audit = auditOf(options, 'bulk_command.cancel', { action: `${known.target}.bulk_${known.action}` });
  // Also of a node that seems dead: it may only be paused, and would continue its command.
  const result = await deps.store.cancelBulkCommand({ id, by: options.by, audit });
  if (result === 'absent') throw bulkCommandNotFound(id);
  if (result === 'over') throw isOver(await getBulkCommand(deps, id, { scope }));
  deps.bulk.cancel(id);
  return getBulkCommand(deps, id, { scope });
}

function isOver({ status }: BulkCommand): EngineError {
  return new EngineError(
    'conflict',
    `The bulk command is over (${status}), so there is nothing to cancel. What it has changed stays changed.`,
  );
}

/** The nodes that may be running these commands. Only a command that has not ended needs to know. */
async function liveNodes(
  { store, node }: Pick<EngineParts, 'store' | 'node'>,
  commands: readonly StoredBulkCommand[],
): Promise<readonly string[]> {
  const others = commands.filter(({ record, node: by }) => record.status === 'running' && by !== node.id);
  if (others.length === 0) return [node.id];
  return [node.id, ...(await store.listNodes()).map(({ id }) => id)];
}
