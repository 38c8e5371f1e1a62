import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { suggestCopyId, suggestId } from './job-id.ts';

const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

describe('the suggested id', () => {
  test.each([
    ['Remove old listings', 'remove-old-listings'],
    ['  Größe & Maße — täglich!  ', 'grosse-masse-taglich'],
    ["Seller's digest (v1.2)", 'sellers-digest-v1.2'],
    ['日本語', ''],
    ['日本語 mail', 'mail'],
    ['___', ''],
    ['', ''],
  ])('of %j is %j', (name, id) => {
    expect(suggestId(name)).toBe(id);
  });

  test('begins with the prefix of a viewer who may see only some jobs', () => {
    expect(suggestId('Remove old listings', 'acme-')).toBe('acme-remove-old-listings');
    expect(suggestId('日本語', 'acme-')).toBe('');
  });

  test('is valid or empty', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (name) => {
        for (const id of [suggestId(name), suggestId(name, 'acme-')]) if (id !== '') expect(id).toMatch(ID);
      }),
    );
  });
});

describe('the id of a copy', () => {
  test.each([
    ['mail', 'mail-copy'],
    ['mail-copy', 'mail-copy-2'],
    ['mail-copy-9', 'mail-copy-10'],
    ['copy', 'copy-copy'],
  ])('of %j is %j', (id, copy) => {
    expect(suggestCopyId(id)).toBe(copy);
  });

  test('is another valid id', () => {
    fc.assert(
      fc.property(fc.stringMatching(ID), (id) => {
        expect(suggestCopyId(id)).toMatch(ID);
        expect(suggestCopyId(id)).not.toBe(id);
      }),
    );
  });
});
