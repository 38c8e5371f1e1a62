export type NamesField = 'tags' | 'alerts';

/** The fields whose stored value is damaged: a store reads them as an empty list, which no job has otherwise. */
export function damagedNames(
  job: {
    readonly [field in NamesField]?: readonly string[];
  },
): readonly NamesField[] {
  return (['tags', 'alerts'] as const).filter((field) => job[field]?.length === 0);
}
