import { BULK_COMMANDS_KEPT } from '../../bulk/bulk-command.ts';
import type { StoreBulk } from '../../bulk/store-bulk.ts';
import { ask, type Script } from '../script.ts';
import type { UnitOfWork } from '../unit-of-work.ts';

type Input<M extends keyof StoreBulk> = Parameters<StoreBulk[M]>[0];

export function* insertBulkCommand({ audit, ...command }: Input<'insertBulkCommand'>): Script<string> {
  const [uid] = yield* ask('newUids', 1);
  if (uid === undefined) throw new Error('there is no next id');
  const id = String(uid);
  yield* ask('writeBulkCommand', { ...command, id });
  yield* ask('removeBulkCommands', BULK_COMMANDS_KEPT);
  yield* ask('writeAudit', audit, targetOf(id));
  return id;
}

/** A command that is kept no longer stays removed. */
export function* saveBulkCommand({
  id,
  node,
  record,
}: Input<'saveBulkCommand'>): Script<{ readonly isCancelled: boolean }> {
  const stored = yield* ask('lockBulkCommand', Number(id));
  if (stored === undefined) return { isCancelled: false };
  yield* ask('writeBulkCommand', { ...stored, node, record });
  return { isCancelled: stored.cancel !== undefined };
}

export function* cancelBulkCommand(
  unit: UnitOfWork,
  { id, by, audit }: Input<'cancelBulkCommand'>,
): Script<'asked' | 'over' | 'absent'> {
  const stored = yield* ask('lockBulkCommand', Number(id));
  if (stored === undefined) return 'absent';
  if (stored.record.status !== 'running') return 'over';
  yield* ask('writeBulkCommand', { ...stored, cancel: stored.cancel ?? { at: unit.now, by } });
  yield* ask('writeAudit', audit, targetOf(id));
  return 'asked';
}

/** Its target in the audit log. No job has such an id. */
function targetOf(id: string): string {
  return `bulk command ${id}`;
}
