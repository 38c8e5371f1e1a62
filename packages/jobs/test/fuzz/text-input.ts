/** The lines of an input. */
export function linesOf(bytes: Uint8Array): readonly string[] {
  return Buffer.from(bytes).toString().split('\n');
}

const LAST_YEAR = Date.UTC(2100, 0, 1);

/** An instant of the years 1970 to 2100 that a text stands for: a time as it is, or else a hash. */
export function instantIn(text: string): number {
  const time = Date.parse(text);
  if (time >= 0 && time < LAST_YEAR) return time;
  let hash = 7;
  for (const char of text) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) % LAST_YEAR;
  return hash;
}
