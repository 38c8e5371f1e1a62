import type { AuditAction } from '../../core/store/audit-action.ts';
import type { AuditEntry } from '../../core/store/store-commands.ts';
import { type TimeInput, timeText } from '../../core/time/time-input.ts';
import { parseTimestamp } from '../../core/time/timestamp.ts';
import { type CommandOptions, EngineError } from '../ports/engine-port.ts';

export function auditOf({ by }: CommandOptions, action: AuditAction, change: object): AuditEntry {
  return { actor: by ?? 'system', action, change: JSON.stringify(change) };
}

/** Whether the caller names the generation or version that the job must still have. */
export function isGuarded({ ifUid, ifVersion }: CommandOptions): boolean {
  return ifUid !== undefined || ifVersion !== undefined;
}

/** An instant (ms), if there is one. Throws with a fault at `pointer`. */
export function parseInstant(time: TimeInput | number | undefined, pointer: string): number | undefined {
  if (time === undefined || typeof time === 'number') return time;
  const parsed = parseTimestamp(timeText(time));
  if (parsed.ok) return parsed.value;
  const { detail } = parsed;
  throw new EngineError('invalid', `${pointer.slice(1)}: ${detail}`, [{ pointer, detail }]);
}
