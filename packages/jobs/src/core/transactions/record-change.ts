import type { AuditEntry } from '../store/store-commands.ts';
import { ask, type Script } from './script.ts';

/** Writes the audit entry of a change that is not in the database, such as the drain of the only node. */
export function* recordChange({ audit, target }: RecordedChange): Script<undefined> {
  yield* ask('writeAudit', audit, target);
  return undefined;
}

export interface RecordedChange {
  readonly audit: AuditEntry;
  readonly target: string;
}
