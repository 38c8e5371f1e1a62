import type { z } from 'zod';
import { badRequest } from './problem.ts';

/** Where the next page of a list begins, as text that clients hand back and don't look into. */
export function encodeCursor(position: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/** Reads a cursor that {@link encodeCursor} made of what `shape` takes. Throws a 400 for any other text. */
export function decodeCursor<Shape extends z.ZodType>(cursor: string, shape: Shape): z.output<Shape> {
  const parsed = shape.safeParse(parse(Buffer.from(cursor, 'base64url').toString()));
  if (!parsed.success) throw badRequest('The cursor is not one that this list gave out.');
  return parsed.data;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
