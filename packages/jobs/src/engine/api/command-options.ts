import { parseTimestamp } from '../../core/schedule/timestamp.ts';
import type { CommandInput } from '../../core/store/store-commands.ts';
import { type CommandOptions, EngineError } from '../engine-port.ts';
import type { Settings } from '../options.ts';

/** The entry in the audit log. */
export function auditOf({ by }: CommandOptions, action: string, change: object): Pick<CommandInput, 'audit'> {
  return { audit: { actor: by ?? 'system', action, change: JSON.stringify(change) } };
}

/** Who gives the command, as the store keeps it with the job. */
export function actorOf({ by }: CommandOptions): { readonly by?: string } {
  return by === undefined ? {} : { by };
}

/** The trace of the caller, for the runs that the command makes. */
export function traceOf({ tracing }: Settings): { readonly trace?: string } {
  const trace = tracing?.current();
  return trace === undefined ? {} : { trace };
}

/** The generation and version that the job must still have. */
export function guardOf({ ifUid, ifVersion }: CommandOptions): Pick<CommandInput, 'ifUid' | 'ifVersion'> {
  return {
    ...(ifUid === undefined ? {} : { ifUid }),
    ...(ifVersion === undefined ? {} : { ifVersion }),
  };
}

export function isGuarded({ ifUid, ifVersion }: CommandOptions): boolean {
  return ifUid !== undefined || ifVersion !== undefined;
}

/** An RFC 3339 instant (ms). Throws with a fault at `pointer`. */
export function parseInstant(text: string, pointer: string): number {
  const parsed = parseTimestamp(text);
  if (!parsed.ok) throw new EngineError('invalid', parsed.detail, [{ pointer, detail: parsed.detail }]);
  return parsed.value;
}
