import { z } from 'zod';

const parts = z.record(z.string(), z.unknown());

/** The value at a path in the body of an answer, such as `'errors', 0, 'pointer'`; undefined if absent. */
export function partOf(body: unknown, ...path: readonly (string | number)[]): unknown {
  let part = body;
  for (const step of path) {
    const here = Array.isArray(part) ? { ...part } : part;
    part = parts.parse(here)[step];
  }
  return part;
}

/** {@link partOf}, where the test fails unless there is a text. */
export function textOf(body: unknown, ...path: readonly (string | number)[]): string {
  return z
    .string({ error: `no text at ${path.join('.')} of ${JSON.stringify(body)}` })
    .parse(partOf(body, ...path));
}

/** {@link partOf}, where the test fails unless there is a list, such as the `data` of a page. */
export function listOf(body: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  return z.array(z.unknown()).parse(partOf(body, ...path));
}

/** The text of that name in each part of a list. */
export function textsOf(list: readonly unknown[], name: string): string[] {
  return list.map((part) => textOf(part, name));
}
