import common from './common-passwords.json' with { type: 'json' };
import { withoutTypingRuns } from './typing-runs.ts';

/** Words of this product, which people use in its passwords. docs/accounts.md names them. */
const CONTEXT_WORDS = ['greenvue'];
const COMMON: ReadonlySet<string> = new Set([...common.passwords.split(' '), ...CONTEXT_WORDS]);
/** Digits and marks around a common word that make it no better, such as `password-2026!`. */
const MOST_AROUND = 6;
/** Letters beside typing runs that make them no better, such as `1234567890ab`. */
const MOST_LETTERS = 2;
/** Accounts refuse longer ones, which would also take long to judge. */
const LONGEST = 200;
const REPEATED = /^(.{1,4}?)\1+$/su;
/** Marks and digits that people write for a letter. `1` and `!` are an `i` or an `l`. */
const LOOKALIKES: Readonly<Record<string, string>> = {
  '@': 'a',
  '4': 'a',
  '8': 'b',
  '(': 'c',
  '3': 'e',
  '6': 'g',
  '0': 'o',
  '5': 's',
  $: 's',
  '7': 't',
  '+': 't',
};

/**
 * Whether a password is one of the first that an attacker tries: a common one, a common word with lookalikes for
 * letters or with a few digits or marks around it, typing runs such as `qwerty12345`, or a short text that
 * repeats. In upper or lower case.
 */
export function isCommonPassword(password: string): boolean {
  if (password.length > LONGEST) return false;
  const text = password.normalize('NFKC').toLowerCase();
  if (REPEATED.test(text) || isDecoratedWord(text)) return true;
  const rest = withoutTypingRuns(text);
  if (rest === text) return false;
  return isDecoratedWord(rest) || isShortRest(rest, text);
}

function isDecoratedWord(text: string): boolean {
  const end = text.replace(/\P{L}+$/u, '');
  return [text, end, text.replace(/^\P{L}+/u, ''), end.replace(/^\P{L}+/u, '')].some(
    (word) =>
      text.length - word.length <= MOST_AROUND &&
      [word, plainLetters(word, 'i'), plainLetters(word, 'l')].some((each) => COMMON.has(each)),
  );
}

/** Typing runs are most of the text, and little else is in it. */
function isShortRest(rest: string, text: string): boolean {
  const letters = rest.match(/\p{L}/gu)?.length ?? 0;
  return rest.length <= MOST_AROUND && rest.length * 2 <= text.length && letters <= MOST_LETTERS;
}

function plainLetters(word: string, one: 'i' | 'l'): string {
  return word.replace(/[^\p{L}]/gu, (mark) =>
    mark === '1' || mark === '!' ? one : (LOOKALIKES[mark] ?? mark),
  );
}

/** Says why {@link isCommonPassword} refuses a password. */
export const COMMON_PASSWORD =
  'is one of the first passwords that attackers try: use several words, such as four that you choose at random';
