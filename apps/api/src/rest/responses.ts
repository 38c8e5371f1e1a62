import { z } from 'zod';

/** The body of every answer that is no success (RFC 9457). */
export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string().describe('The id of the request, as in the header X-Request-Id'),
    errors: z
      .array(
        z.object({
          pointer: z.string().describe('A JSON pointer into the body, or to a parameter'),
          detail: z.string(),
        }),
      )
      .optional(),
  })
  .meta({ id: 'Problem' });

const MEANINGS = {
  400: 'The request cannot be read',
  401: 'No token, or a bad one',
  403: 'The role does not allow it',
  404: 'Not found',
  405: 'The path has no such method',
  409: 'It does not go with the present state',
  412: 'It was changed meanwhile',
  413: 'The body is too large',
  415: 'The body is of a type that is not read here',
  422: 'A field is invalid',
  429: 'Too many requests: see Retry-After',
  500: 'A fault of the server',
  503: 'Not now: see Retry-After',
} as const;

export type ProblemStatus = keyof typeof MEANINGS;

/** How a route declares a problem among its responses. */
export interface ProblemResponse {
  readonly description: string;
  readonly content: { readonly 'application/problem+json': { readonly schema: typeof problemSchema } };
}

/**
 * The problems that a route answers with, for the `response` of its schema. Those that any route can meet
 * (400, 401, 413, 415, 422, 429, 500, 503) are added by the app itself; a route names what is its own, such
 * as 403, 404 and 409.
 */
export function problems<Status extends ProblemStatus>(
  ...statuses: readonly Status[]
): Readonly<Record<Status, ProblemResponse>> {
  const entries = statuses.map((status) => [status, problemResponse(status)]);
  return Object.fromEntries(entries);
}

function problemResponse(status: ProblemStatus): ProblemResponse {
  return {
    description: MEANINGS[status],
    content: { 'application/problem+json': { schema: problemSchema } },
  };
}

/** A response without a body. */
export const noContent = z.undefined().describe('Done');
