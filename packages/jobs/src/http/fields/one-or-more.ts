import { z } from 'zod';
import { shownValue } from '../../core/input/shown-value.ts';

/** A word of a list, or several: the parameter once or repeatedly. */
export function oneOrMore<Word extends string>(words: readonly Word[]) {
  return z.union([z.enum(words), z.array(z.enum(words)).min(1)], {
    error: ({ input }) =>
      `must be one of ${words.join(', ')}; got ${shownValue(input)}; repeat the parameter for several`,
  });
}
