import { z } from 'zod';
import { problemSchema } from '../views/problem.ts';

/** A response header, as OpenAPI describes it. */
export interface HeaderDoc {
  readonly description: string;
  readonly type: 'string' | 'integer';
}

export const ETAG: Readonly<Record<string, HeaderDoc>> = {
  ETag: { description: 'Version of the definition; send it as If-Match', type: 'string' },
};
export const LOCATION: Readonly<Record<string, HeaderDoc>> = {
  Location: { description: 'URL of the resource', type: 'string' },
};

export const REPLAY: Readonly<Record<string, HeaderDoc>> = {
  'Idempotent-Replay': {
    description: 'true: the dedupe_key was used before, and the response is its run',
    type: 'string',
  },
};

const RETRY_AFTER = {
  'Retry-After': { description: 'Seconds to wait before the next try', type: 'integer' },
} as const;

const PROBLEMS = {
  400: { description: 'Malformed JSON, cursor or header, or JSON with more than 10,000 values' },
  401: {
    description: 'The token is missing or not valid',
    headers: { 'WWW-Authenticate': { description: 'Authentication scheme', type: 'string' } },
  },
  403: { description: 'Your role does not allow this' },
  404: { description: 'No such job, run or other resource' },
  409: { description: 'Conflicts with the current state' },
  412: { description: 'The ETag no longer matches (If-Match), or the job exists (If-None-Match)' },
  413: { description: 'The body is larger than 128 KiB' },
  415: { description: 'The body is not application/json' },
  422: { description: 'The request is not valid; errors points to each invalid field' },
  429: { description: 'Too many requests', headers: RETRY_AFTER },
  500: { description: 'Internal server error' },
  503: { description: 'Service unavailable; retry later', headers: RETRY_AFTER },
} as const satisfies Record<number, { description: string; headers?: Record<string, HeaderDoc> }>;

type ProblemStatus = keyof typeof PROBLEMS;

/** A successful response: its schema, with its description and headers for OpenAPI. */
export function success<S extends z.ZodType>(
  schema: S,
  description: string,
  headers?: Readonly<Record<string, HeaderDoc>>,
): S {
  return schema.meta({ description, ...(headers === undefined ? {} : { headers }) });
}

/** A successful response whose body is a stream of server-sent events. */
export function eventStream(description: string) {
  const content = { 'text/event-stream': { schema: { type: 'string' } } };
  // The handler responds with a stream, which no schema describes.
  return z.unknown().meta({ description, content });
}

/** A successful response whose body is a stream of another media type than JSON. */
export function download(type: string, description: string) {
  const content = { [type]: { schema: { type: 'string' } } };
  return z.unknown().meta({ description, content });
}

/** A successful response without a body. */
export const noContent = z.undefined().meta({ description: 'Done; no content' });

/** The error responses that every route has, and those of this route. */
export function problems(...own: readonly ProblemStatus[]): Readonly<Record<number, typeof problemSchema>> {
  const statuses: readonly number[] = [400, 401, 403, 422, 429, 500, 503, ...own];
  return Object.fromEntries(PROBLEM_RESPONSES.filter(([status]) => statuses.includes(status)));
}

/** The error responses of a route with a body, beside the common ones. */
export const BODY_PROBLEMS = [413, 415] as const;

const PROBLEM_RESPONSES = Object.entries(PROBLEMS).map(([status, documented]) => {
  const schema = z.toJSONSchema(problemSchema);
  // The OpenAPI transform keeps unknown keys: `content` sets the media type, `headers` documents the headers.
  const content = { 'application/problem+json': { schema } };
  return [Number(status), problemSchema.meta({ ...documented, content })] as const;
});
