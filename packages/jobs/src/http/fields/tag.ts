import { z } from 'zod';
import { MOST_TAGS } from '../../core/limits.ts';
import { TAG, TAG_RULE } from '../../core/model/tag.ts';

/** A tag of a job. */
export const tagSchema = z.string().regex(TAG, `${TAG_RULE}, such as billing`);

/** The query parameter `tag`, once or several times. */
export const tagParameter = z
  .union([tagSchema, z.array(tagSchema).max(MOST_TAGS)], {
    error: `${TAG_RULE}, such as billing; repeat the parameter, at most ${MOST_TAGS} times, for several`,
  })
  .describe('Only with this tag; repeat the parameter for jobs with all of several tags');

/** The tags of {@link tagParameter}; undefined if it is absent. */
export function tagsOf(tag: z.output<typeof tagParameter> | undefined): readonly string[] | undefined {
  return typeof tag === 'string' ? [tag] : tag;
}
