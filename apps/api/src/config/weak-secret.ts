const LEAST_DIFFERENT = 8;
const LEAST_UNKNOWN = 16;
/** What examples, generators of templates and people in a hurry write. */
const KNOWN_WORDS =
  /change|me|this|please|replace|secret|password|passwd|token|jwt|key|greenvue|example|sample|default|admin|your|my|super|very|long|random|string|insecure|development|production|test|qwerty|asdf|abc|xyz|foo|bar/g;

/** Why a secret can be guessed; undefined for one that looks random. */
export function weaknessOf(secret: string): string | undefined {
  const different = new Set(secret).size;
  if (different < LEAST_DIFFERENT)
    return `has only ${different} different characters (at least ${LEAST_DIFFERENT})`;
  if (withoutRuns(secret).length < LEAST_DIFFERENT) return 'is made of runs such as `abcd` or `1234`';
  if (/^(.+?)\1+$/s.test(secret)) return 'repeats one text';
  const unknown = secret
    .toLowerCase()
    .replace(/[^a-z]/g, '')
    .replace(KNOWN_WORDS, '');
  const others = new Set(secret.replace(/[a-z]/gi, '')).size;
  // Hex spells no sentences, and random hex may have few letters.
  const isHex = /^[\da-f]+$/i.test(secret);
  if (!isHex && unknown.length + others < LEAST_UNKNOWN)
    return 'is made of well-known words and few other characters';
  return undefined;
}

/**
 * Drops each character whose code equals, or is next to, that of the one before it: `abcd4321` gives `a4`.
 */
function withoutRuns(secret: string): string {
  const text = secret.toLowerCase();
  return Array.from(text)
    .filter((_, i) => i === 0 || Math.abs(text.charCodeAt(i) - text.charCodeAt(i - 1)) > 1)
    .join('');
}
