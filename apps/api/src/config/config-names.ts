/** One line for each unknown variable with a prefix of GreenVue, with the most similar known name. */
export function misspelt(names: readonly string[], known: readonly string[]): string[] {
  return names
    .filter((name) => /^(JOBS|RATE_LIMIT)_/.test(name) && !known.includes(name))
    .map(
      (name) => `${name} is not a known variable and has no effect. Did you mean ${nearest(name, known)}?`,
    );
}

function nearest(name: string, known: readonly string[]): string | undefined {
  const ranked = known.map((candidate) => ({ candidate, edits: editDistance(name, candidate) }));
  return ranked.sort((a, b) => a.edits - b.edits)[0]?.candidate;
}

/** The Levenshtein distance. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [index, letter] of [...from].entries()) {
    const next = [index + 1];
    for (const [column, other] of [...to].entries()) {
      const replaced = (row[column] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
