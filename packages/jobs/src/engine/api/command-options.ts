import { parseTimestamp } from '../../core/schedule/timestamp.ts';
import type { AuditEntry } from '../../core/store/store-commands.ts';
import { type CommandOptions, EngineError } from '../engine-port.ts';

export function auditOf({ by }: CommandOptions, action: string, change: object): AuditEntry {
  return { actor: by ?? 'system', action, change: JSON.stringify(change) };
}

/** Whether the caller names the generation or version that the job must still have. */
export function isGuarded({ ifUid, ifVersion }: CommandOptions): boolean {
  return ifUid !== undefined || ifVersion !== undefined;
}

/** An RFC 3339 instant (ms), if there is one. Throws with a fault at `pointer`. */
export function parseInstant(text: string | undefined, pointer: string): number | undefined {
  if (text === undefined) return undefined;
  const parsed = parseTimestamp(text);
  if (!parsed.ok) throw new EngineError('invalid', parsed.detail, [{ pointer, detail: parsed.detail }]);
  return parsed.value;
}
