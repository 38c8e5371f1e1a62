/** Something that the command palette can do. */
export interface PaletteItem {
  /** Unique among all items. */
  readonly id: string;
  readonly label: string;
  /** Further information behind the label. */
  readonly detail?: string;
  /** Words that find the item, beside its label and its detail. */
  readonly words?: string;
  /** The key that does the same. */
  readonly keys?: string;
  readonly run: () => void;
}

export interface PaletteGroup {
  readonly label: string;
  readonly items: readonly PaletteItem[];
}

/** The groups with the items that have each typed word, without empty groups. Ignores case. */
export function fittingGroups(groups: readonly PaletteGroup[], typed: string): readonly PaletteGroup[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  return groups
    .map(({ label, items }) => ({ label, items: items.filter((item) => hasAll(item, words)) }))
    .filter(({ items }) => items.length > 0);
}

function hasAll({ label, detail = '', words = '' }: PaletteItem, wanted: readonly string[]): boolean {
  const text = `${label} ${detail} ${words}`.toLowerCase();
  return wanted.every((word) => text.includes(word));
}

/** The id of the item `by` places further, past the ends from the other side; undefined if there is none. */
export function movedId(
  items: readonly PaletteItem[],
  from: string | undefined,
  by: 1 | -1,
): string | undefined {
  const at = items.findIndex(({ id }) => id === from);
  if (at < 0) return items.at(by === 1 ? 0 : -1)?.id;
  return items[(at + by + items.length) % items.length]?.id;
}
