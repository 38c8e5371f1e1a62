import type { Watching } from './watching.ts';

export type NamesField = 'tags' | 'alerts';

/** The fields whose stored value is damaged. A store reads them as an empty list, which no job has otherwise. */
export function damagedNames(watching: Pick<Watching, NamesField>): readonly NamesField[] {
  return (['tags', 'alerts'] as const).filter((field) => watching[field]?.length === 0);
}
