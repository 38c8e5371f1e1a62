import common from './common-passwords.json' with { type: 'json' };

/** Words of this product, which people use in its passwords. docs/accounts.md names them. */
const CONTEXT_WORDS = ['greenvue'];
const COMMON: ReadonlySet<string> = new Set([...common.passwords.split(' '), ...CONTEXT_WORDS]);
/** Digits and marks around a common word that make it no better, such as `password-2026!`. */
const MOST_AROUND = 6;
const REPEATED = /^(.{1,4}?)\1+$/su;

/**
 * Whether a password is one of the first that an attacker tries: a common one, a common word with a few digits
 * or marks around it, or a short text that repeats. In upper or lower case.
 */
export function isCommonPassword(password: string): boolean {
  const text = password.normalize('NFKC').toLowerCase();
  if (COMMON.has(text) || REPEATED.test(text)) return true;
  const word = text.replace(/^\P{L}+/u, '').replace(/\P{L}+$/u, '');
  return text.length - word.length <= MOST_AROUND && COMMON.has(word);
}

/** Says why {@link isCommonPassword} refuses a password. */
export const COMMON_PASSWORD =
  'is one of the first passwords that attackers try: use several words, such as four that you choose at random';
