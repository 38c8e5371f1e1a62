import type { Cursor } from '../../core/store-views.ts';

const LONGEST_CURSOR = 4_096;
/** A store's keys are its own numbers: a job's uid, a run's id. */
const KEY = /^[0-9]{1,16}$/;

/**
 * Where a page ended, as an opaque token. `order` names what the page was sorted by: a cursor is good for the
 * order that it was made for, and no other.
 */
export function encodeCursor(order: string, cursor: Cursor): string {
  const bytes = new TextEncoder().encode(JSON.stringify([order, cursor.value, cursor.key]));
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** What a page is sorted by: a text or a time in ms (which may be absent) of jobs, or the ids of runs. */
export type CursorValue = 'text' | 'number' | 'run';

/** Reads a token of {@link encodeCursor}; undefined for one that is malformed, or of another order. */
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
    // atob throws a DOMException, the decoder a TypeError, JSON.parse a SyntaxError: all mean that no server
    // made it.
    if (error instanceof Error || error instanceof DOMException) return undefined;
    throw error;
  }
}

function isStorable(value: string): boolean {
  return !value.includes('\0') && value.isWellFormed();
}
