import { getHeapStatistics } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { BoundedMap } from './bounded-map.ts';

const mapFor = (maxBytes: number) =>
  new BoundedMap<number, string>({ maxBytes, bytesOf: (text) => text.length });

describe('a bounded map', () => {
  it('keeps what there is room for, and then lets go an eighth, the first first', () => {
    const map = mapFor(80);
    for (let n = 0; n < 8; n++) expect(map.put(n, `${n}`.repeat(10))).toEqual([]);
    expect(map.put(8, '8'.repeat(10))).toEqual(['0'.repeat(10), '1'.repeat(10)]);
    expect([0, 1, 2, 8].map((n) => map.get(n)?.length)).toEqual([undefined, undefined, 10, 10]);
  });

  it('lets go of values that are alike, too', () => {
    const map = mapFor(80);
    for (let n = 0; n < 100; n++) map.put(n, 'x'.repeat(10));
    const kept = Array.from({ length: 100 }, (_, n) => map.get(n)).filter((text) => text !== undefined);
    expect(kept.length).toBeLessThanOrEqual(8);
  });

  it('has room for an eighth of the heap at most', () => {
    const bytes = getHeapStatistics().heap_size_limit / 8 / 4;
    const map = new BoundedMap<number, string>({ maxBytes: Number.POSITIVE_INFINITY, bytesOf: () => bytes });
    for (let n = 0; n < 4; n++) expect(map.put(n, `${n}`)).toEqual([]);
    expect(map.put(4, '4')).toEqual(['0', '1']);
  });

  it('counts a value that is put in again once, with its new size', () => {
    const map = mapFor(80);
    for (let n = 0; n < 7; n++) map.put(n, 'x'.repeat(10));
    for (let times = 0; times < 20; times++) expect(map.put(0, 'x'.repeat(20))).toEqual([]);
    expect(map.put(0, 'x'.repeat(21))).toEqual(['x'.repeat(10), 'x'.repeat(10)]);
    expect(map.get(0)).toHaveLength(21);
  });

  it('has room again for what was deleted', () => {
    const map = mapFor(80);
    for (let n = 0; n < 100; n++) {
      expect(map.put(n, 'x'.repeat(40))).toEqual([]);
      map.delete(n);
      map.delete(n);
    }
  });

  it('keeps the newest, though it takes more than there is room for', () => {
    const map = mapFor(80);
    map.put(1, 'x');
    expect(map.put(2, 'x'.repeat(100))).toEqual(['x']);
    expect(map.get(2)).toHaveLength(100);
  });
});
