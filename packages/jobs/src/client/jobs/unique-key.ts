interface RandomSource {
  readonly randomUUID?: (() => string) | undefined;
  readonly getRandomValues: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>;
}

const BYTES = 16;

/**
 * A unique random key. Browsers have no `randomUUID` on pages that were loaded over plain HTTP from another
 * machine.
 */
export function uniqueKey(source: RandomSource = globalThis.crypto): string {
  if (source.randomUUID !== undefined) return source.randomUUID();
  const bytes = source.getRandomValues(new Uint8Array(BYTES));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
