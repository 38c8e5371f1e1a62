import type { z } from 'zod';
import { badRequest } from './problem.ts';

/** Encodes the start of the next page as an opaque text for clients. */
export function encodeCursor(position: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/** Decodes a cursor of {@link encodeCursor}. Throws a 400 if it does not match `shape`. */
export function decodeCursor<Shape extends z.ZodType>(cursor: string, shape: Shape): z.output<Shape> {
  const parsed = shape.safeParse(parse(Buffer.from(cursor, 'base64url').toString()));
  if (!parsed.success)
    throw badRequest(
      'The cursor does not belong to this list. Send the next_cursor of the previous page, or omit cursor for the first page.',
    );
  return parsed.data;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
