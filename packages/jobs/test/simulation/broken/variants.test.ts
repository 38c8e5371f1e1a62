import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { describe, expect, it } from 'vitest';
import { urlOf, withMistake } from './variant.ts';
import { VARIANTS } from './variants.ts';

const sourceOf = (variant: (typeof VARIANTS)[number]) => readFileSync(new URL(urlOf(variant)), 'utf8');

describe('broken variants of the engine', () => {
  it('have names of their own', () => {
    expect(new Set(VARIANTS.map(({ name }) => name)).size).toBe(VARIANTS.length);
  });

  it.each(VARIANTS)('$name replaces a text that is there exactly once, and is TypeScript', (variant) => {
    const source = sourceOf(variant);
    const broken = withMistake(variant, source);
    expect(broken).not.toBe(source);
    expect(stripTypeScriptTypes(broken)).not.toBe('');
  });

  it('fail loudly when the text is not there, or is there twice', () => {
    const [variant] = VARIANTS;
    if (variant === undefined) throw new Error('there are no variants');
    const source = sourceOf(variant);
    expect(() => withMistake({ ...variant, from: 'no such text' }, source)).toThrow('is there 0 times');
    expect(() => withMistake(variant, source + source)).toThrow('is there 2 times');
  });
});
