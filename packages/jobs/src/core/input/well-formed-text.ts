/**
 * What keeps a string from being stored, if anything: U+0000, which PostgreSQL refuses, and lone surrogates,
 * which UTF-8 can't encode.
 */
export function textFault(value: string): string | undefined {
  if (value.includes('\0')) return 'must not contain U+0000';
  return value.isWellFormed() ? undefined : 'must not contain a lone surrogate';
}
