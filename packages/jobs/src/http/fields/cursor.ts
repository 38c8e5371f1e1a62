import type { Cursor } from '../../core/store/store-views.ts';

const LONGEST_CURSOR = 4_096;
/** The stores' keys: the uid of a job or the id of a run. */
const KEY = /^[0-9]{1,16}$/;

/**
 * Encodes the end of a page as an opaque token. `order` names the sort order of the page: the cursor is valid
 * only for the same order.
 */
export function encodeCursor(order: string, cursor: Cursor): string {
  const bytes = new TextEncoder().encode(JSON.stringify([order, cursor.value, cursor.key]));
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** The sort key of a page: a text or a time in ms (possibly absent) of jobs, or the id of runs. */
export type CursorValue = 'text' | 'number' | 'run';

/** Decodes a token of {@link encodeCursor}. Undefined if the token is malformed or has another order. */
export function decodeCursor(order: string, kind: CursorValue, token: string): Cursor | undefined {
  if (token.length > LONGEST_CURSOR || !/^[A-Za-z0-9_-]+$/.test(token)) return undefined;
  const parts = readParts(token);
  if (!Array.isArray(parts) || parts.length !== 3 || parts[0] !== order) return undefined;
  const [, value, key]: readonly unknown[] = parts;
  if (typeof key !== 'string' || !KEY.test(key) || !Number.isSafeInteger(Number(key))) return undefined;
  if (kind === 'text') return typeof value === 'string' && isStorable(value) ? { value, key } : undefined;
  if (value === null) return { value, key };
  return kind === 'number' && Number.isSafeInteger(value) ? { value: Number(value), key } : undefined;
}

function readParts(token: string): unknown {
  try {
    const binary = atob(token.replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(binary, (char) => char.charCodeAt(0));
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    // atob throws a DOMException, the decoder a TypeError, JSON.parse a SyntaxError: no server made the
    // token.
    if (error instanceof Error || error instanceof DOMException) return undefined;
    throw error;
  }
}

function isStorable(value: string): boolean {
  return !value.includes('\0') && value.isWellFormed();
}
