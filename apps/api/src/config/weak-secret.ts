const LEAST_DIFFERENT = 8;
const LEAST_UNKNOWN = 16;
/** Words of examples, templates and hurried people. */
const KNOWN_WORDS =
  /change|me|this|please|replace|secret|password|passwd|token|jwt|key|greenvue|example|sample|default|admin|your|my|super|very|long|random|string|insecure|development|production|test|qwerty|asdf|abc|xyz|foo|bar/g;

/** Why a secret can be guessed; undefined for one that looks random. */
export function weaknessOf(secret: string): string | undefined {
  const different = new Set(secret).size;
  if (different < LEAST_DIFFERENT)
    return `has only ${different} different characters (at least ${LEAST_DIFFERENT})`;
  if (withoutRuns(secret).length < LEAST_DIFFERENT) return 'consists of sequences such as `abcd` or `1234`';
  if (/^(.+?)\1+$/s.test(secret)) return 'repeats the same text';
  const unknown = secret
    .toLowerCase()
    .replace(/[^a-z]/g, '')
    .replace(KNOWN_WORDS, '');
  const others = new Set(secret.replace(/[a-z]/gi, '')).size;
  // Hex contains no words, and random hex may have few letters.
  const isHex = /^[\da-f]+$/i.test(secret);
  if (!isHex && unknown.length + others < LEAST_UNKNOWN)
    return 'consists of well-known words and few other characters';
  return undefined;
}

/** Removes each character that equals its predecessor or follows it in order: `abcd4321` gives `a4`. */
function withoutRuns(secret: string): string {
  const text = secret.toLowerCase();
  return Array.from(text)
    .filter((_, i) => i === 0 || Math.abs(text.charCodeAt(i) - text.charCodeAt(i - 1)) > 1)
    .join('');
}
