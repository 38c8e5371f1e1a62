import { problemSchema as sharedProblemSchema } from '@greenvue/jobs/http';
import { z } from 'zod';

/** The body of every error response (RFC 9457). */
export const problemSchema = sharedProblemSchema.meta({ id: 'Problem' });

const MEANINGS = {
  400: 'The request is malformed',
  401: 'The token is missing or not valid',
  403: 'Your role does not allow this',
  404: 'Not found',
  405: 'The path has no such method',
  409: 'Conflicts with the current state',
  412: 'The resource has changed since it was read',
  413: 'The body is too large',
  415: 'The content type of the body is not supported',
  422: 'The request is not valid; errors points to each invalid field',
  429: 'Too many requests; wait for the time in Retry-After',
  500: 'Internal server error',
  503: 'Service unavailable; retry after the time in Retry-After',
} as const;

export type ProblemStatus = keyof typeof MEANINGS;

/** An error response in the schema of a route. */
export interface ProblemResponse {
  readonly description: string;
  readonly content: { readonly 'application/problem+json': { readonly schema: typeof problemSchema } };
}

/**
 * The error responses of a route, for the `response` of its schema. A route names only its own, such as 403,
 * 404 and 409. The app adds those of every route: 400, 401, 413, 415, 422, 429, 500 and 503.
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
export const noContent = z.undefined().describe('Done; no content');
