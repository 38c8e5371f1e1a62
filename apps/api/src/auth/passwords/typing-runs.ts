/** Characters that people type one after the other: in order, and neighbors on common keyboards. */
const ROWS = [
  '01234567890',
  'abcdefghijklmnopqrstuvwxyz',
  '!@#$%^&*()',
  'qwertyuiop',
  'asdfghjkl;',
  'zxcvbnm,./',
  'qwertzuiop',
  'yxcvbnm',
  'azertyuiop',
  'qsdfghjklm',
  'wxcvbn',
  '1qaz',
  '2wsx',
  '3edc',
  '4rfv',
  '5tgb',
  '6yhn',
  '7ujm',
];
const IN_ORDER = [...ROWS, ...ROWS.map((row) => [...row].reverse().join(''))];
const SHORTEST = 3;

/** Removes sequences, keyboard runs and repeated characters of at least three, such as `qwerty` and `321`. */
export function withoutTypingRuns(text: string): string {
  let rest = '';
  for (let at = 0; at < text.length; ) {
    const length = runLength(text.slice(at));
    if (length < SHORTEST) rest += text[at];
    at += length < SHORTEST ? 1 : length;
  }
  return rest;
}

function runLength(text: string): number {
  let longest = /^(.)\1*/su.exec(text)?.[0].length ?? 0;
  while (IN_ORDER.some((row) => row.includes(text.slice(0, longest + 1))) && longest < text.length)
    longest += 1;
  return longest;
}
