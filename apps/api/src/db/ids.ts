import { randomUUID } from 'node:crypto';

/** A new id for a row. */
export function newId(): string {
  return randomUUID();
}
