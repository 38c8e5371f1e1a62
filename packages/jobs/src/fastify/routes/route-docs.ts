import { z } from 'zod';
import { problemSchema } from '../../http/index.ts';

/** A header of an answer, as OpenAPI describes it. */
export interface HeaderDoc {
  readonly description: string;
  readonly type: 'string' | 'integer';
}

export const ETAG: Readonly<Record<string, HeaderDoc>> = {
  ETag: { description: "The definition's version, for If-Match", type: 'string' },
};
export const LOCATION: Readonly<Record<string, HeaderDoc>> = {
  Location: { description: 'Where it can be read', type: 'string' },
};

const RETRY_AFTER = { 'Retry-After': { description: 'Seconds', type: 'integer' } } as const;

const PROBLEMS = {
  400: { description: 'Malformed JSON, cursor or header, or JSON of more than 10,000 values' },
  401: {
    description: 'No token, or a bad one',
    headers: { 'WWW-Authenticate': { description: 'The scheme', type: 'string' } },
  },
  403: { description: 'The role does not allow it' },
  404: { description: 'No such job or run' },
  409: { description: 'It does not go with the present state' },
  412: { description: 'The job was changed meanwhile (If-Match), or exists (If-None-Match)' },
  413: { description: 'The body is larger than 128 KiB' },
  415: { description: 'The body is not application/json' },
  422: { description: 'Not valid; every fault has a pointer' },
  429: { description: 'Too many', headers: RETRY_AFTER },
  500: { description: 'A fault of the server' },
  503: { description: 'Not now', headers: RETRY_AFTER },
} as const satisfies Record<number, { description: string; headers?: Record<string, HeaderDoc> }>;

type ProblemStatus = keyof typeof PROBLEMS;

/** A success: its schema, with what OpenAPI says of it. */
export function success<S extends z.ZodType>(
  schema: S,
  description: string,
  headers?: Readonly<Record<string, HeaderDoc>>,
): S {
  return schema.meta({ description, ...(headers === undefined ? {} : { headers }) });
}

/** A success whose body is a stream of server-sent events. */
export function eventStream(description: string) {
  const content = { 'text/event-stream': { schema: { type: 'string' } } };
  // Its handler answers with a stream, which no schema describes.
  return z.unknown().meta({ description, content });
}

/** A success without a body. */
export const noContent = z.undefined().meta({ description: 'It is done' });

/** The problems that any route can answer with, and those of this one. */
export function problems(...own: readonly ProblemStatus[]): Readonly<Record<number, typeof problemSchema>> {
  const statuses: readonly ProblemStatus[] = [400, 401, 403, 422, 429, 500, 503, ...own];
  return Object.fromEntries(statuses.map((status) => [status, PROBLEM_SCHEMAS[status]]));
}

/** The problems of a body, besides those of any route. */
export const BODY_PROBLEMS = [413, 415] as const;

function problemResponse(status: ProblemStatus): typeof problemSchema {
  const schema = z.toJSONSchema(problemSchema);
  // OpenAPI's transform keeps what it does not know: `content` so gets the media type right, `headers` are
  // documented.
  return problemSchema.meta({ ...PROBLEMS[status], content: { 'application/problem+json': { schema } } });
}

const PROBLEM_SCHEMAS: Readonly<Record<ProblemStatus, typeof problemSchema>> = {
  400: problemResponse(400),
  401: problemResponse(401),
  403: problemResponse(403),
  404: problemResponse(404),
  409: problemResponse(409),
  412: problemResponse(412),
  413: problemResponse(413),
  415: problemResponse(415),
  422: problemResponse(422),
  429: problemResponse(429),
  500: problemResponse(500),
  503: problemResponse(503),
};
