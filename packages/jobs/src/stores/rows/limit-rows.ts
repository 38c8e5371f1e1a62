import type { Starts } from '../../core/type-limits/group-room.ts';
import type { StoredLimits, TypeLimits } from '../../core/type-limits/type-limits.ts';
import { storedJson } from './stored-json.ts';

/** Keys of groups are below it. Keys of types and priorities are above it. */
export const GROUP_KEYS_BELOW = -1_000_000_000;

/** A claim notes that it has used a group only if the noted instant is this much earlier (ms). */
export const NOTE_USE_AFTER_MS = 900_000;

type LimitsRow = readonly [type: string, version: number, limits: string, regrouping: number | boolean];

/** A row of `type_limits`: its type, version, limits, and whether it regroups. */
export function storedLimitsOf(raw: unknown): StoredLimits {
  const [type, version, limits, regrouping] = raw as LimitsRow;
  const isRegrouping = regrouping === true || regrouping === 1;
  return { type, version, limits: typeLimitsIn(limits), isRegrouping };
}

/** The revision in a row of `type_limits`, after the columns of {@link storedLimitsOf}. */
export function limitsRevisionOf(raw: unknown): number {
  return (raw as readonly [...LimitsRow, revision: number])[4];
}

/** The column `limits` of `type_limits`. */
export function typeLimitsIn(text: string): TypeLimits {
  return storedJson('limits of type_limits', text) as TypeLimits;
}

/** The column `starts` of `limit_groups`. */
export function startsIn(text: string): Starts {
  return storedJson('starts of limit_groups', text) as Starts;
}
