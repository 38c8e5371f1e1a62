import { z } from 'zod';

/** The body of every error response (RFC 9457), sent as `application/problem+json`. */
export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string().describe('Name of the status'),
    status: z.int(),
    detail: z.string().describe('What failed, why, and what to do'),
    instance: z.string().describe('Id of the request; the server log has the same id'),
    errors: z
      .array(
        z.object({
          pointer: z.string().describe('JSON pointer to a field of the body or to a parameter'),
          detail: z.string(),
        }),
      )
      .optional()
      .describe('With 422: the invalid fields'),
  })
  .meta({ title: 'Problem' });

export type ProblemJson = z.output<typeof problemSchema>;
