import { z } from 'zod';

/** The body of every answer that is no success (RFC 9457), sent as `application/problem+json`. */
export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string().describe('The name of the status'),
    status: z.int(),
    detail: z.string().describe('What is wrong, and what would be right'),
    instance: z.string().describe('The id of the request, to find it in the log'),
    errors: z
      .array(
        z.object({
          pointer: z.string().describe('A JSON pointer into the body, or to a parameter'),
          detail: z.string(),
        }),
      )
      .optional()
      .describe('With 422: every fault that was found'),
  })
  .meta({ title: 'Problem' });

export type ProblemJson = z.output<typeof problemSchema>;
