import { expect, test } from 'vitest';
import { newId } from './ids.ts';

const UUID_7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test('a new id is a UUID of version 7 that begins with the time, and none comes twice', () => {
  const from = Date.now();
  const ids = Array.from({ length: 10_000 }, newId);
  const until = Date.now();
  for (const id of ids) {
    expect(id).toMatch(UUID_7);
    const madeAt = Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);
    expect(madeAt).toBeGreaterThanOrEqual(from);
    expect(madeAt).toBeLessThanOrEqual(until);
  }
  expect(new Set(ids).size).toBe(ids.length);
});
