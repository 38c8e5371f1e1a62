import { z } from 'zod';

/** A word of a list, or several: the parameter once or repeatedly. */
export function oneOrMore<Word extends string>(words: readonly Word[]) {
  return z.union([z.enum(words), z.array(z.enum(words)).min(1)], {
    error: `must be one of ${words.join(', ')}; repeat the parameter for several`,
  });
}
