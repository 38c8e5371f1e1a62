/**
 * What a terminal would obey or be misled by: control characters, line separators, marks that turn the
 * direction of what follows (names made of right-to-left letters stay as they are), and halves of surrogate
 * pairs.
 */
const UNSAFE = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/gu;
const SHORT: ReadonlyMap<string, string> = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

/**
 * A text of somebody else's in one line that is safe to print: what a terminal would obey is escaped as in
 * JSON.
 */
export function printable(text: string): string {
  return text.replace(UNSAFE, (character) => SHORT.get(character) ?? escaped(character));
}

/** The lines of a text of somebody else's, each safe to print. */
export function printableLines(text: string): string[] {
  return text.split(/\r\n|\n/).map((line) => printable(line.replaceAll('\t', '    ')));
}

/** Whether a terminal would obey something in the text, other than the ends of its lines. */
export function isUnsafe(text: string): boolean {
  return text.replaceAll('\n', '').search(UNSAFE) !== -1;
}

/** JSON that is the same value, and safe to print as well. */
export function printableJson(value: unknown, indent?: number): string {
  // JSON.stringify has escaped the rest; a line's end outside of strings is its own.
  return JSON.stringify(value, null, indent).replace(UNSAFE, (character) =>
    character === '\n' ? character : escaped(character),
  );
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
