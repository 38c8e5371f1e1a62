import { StoreError } from '@greenvue/jobs';
import { NO_SUCH_PATH } from '@greenvue/jobs/client';
import { DatabaseError } from '../db/errors.ts';
import { badRequest, notFound, Problem, unavailable } from '../rest/problem.ts';
import { BODY_LIMIT } from './json-body.ts';

const RETRY_SECONDS = 2;

// The response to every coded error that can reach a client. Any other error is a fault of the server: a 500.
const PROBLEMS: Readonly<Record<string, (bodyLimit: number) => Problem>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: bodyTooLarge,
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () =>
    problem(415, 'The content type of the body is not supported. Send application/json.'),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () => badRequest('The length of the body differs from Content-Length.'),
  FST_ERR_CTP_EMPTY_JSON_BODY: () => badRequest('The body is empty. Send JSON, such as {}.'),
  FST_ERR_CTP_INVALID_JSON_BODY: () => badRequest('The body is not valid JSON.'),
  FST_ERR_BAD_URL: () =>
    badRequest(
      'The URL is malformed: its path must be UTF-8 with percent encoding, such as caf%C3%A9 or 100%25.',
    ),
  FST_ERR_MAX_PARAM_LENGTH: noSuchPath,
  ECONNRESET: () => badRequest('The client closed the connection before the end of the body.'),
  too_busy: () =>
    unavailable(
      'The server is processing too many sign-ins at once. Retry after the time in Retry-After.',
      RETRY_SECONDS,
    ),
  'database:busy': () =>
    unavailable('The database is busy. Retry after the time in Retry-After.', RETRY_SECONDS),
  'database:full': () => unavailable('The disk of the server is full. Free space on it, then retry.', 60),
  'database:unavailable': databaseUnavailable,
  'database:damaged': () =>
    unavailable('The database of the server is damaged. Stop the server and restore a backup.', 60),
};

// For requests of a file, whose errors have no code.
const CONDITIONS: Readonly<Record<number, string>> = {
  412: 'The file does not match If-Match or If-Unmodified-Since. Request it without these headers.',
  416: 'The file is shorter than the requested Range. Request it without a Range.',
};

function bodyTooLarge(bodyLimit: number): Problem {
  return problem(
    413,
    `The body is larger than ${bodyLimit / 1024} KiB, the limit of this route. Send a smaller body.`,
  );
}

function databaseUnavailable(): Problem {
  return unavailable(
    'The database is temporarily unavailable. Retry after the time in Retry-After.',
    RETRY_SECONDS,
  );
}

/**
 * The response to an error; `bodyLimit` is the limit of the route, in bytes. Reveals nothing of an unexpected
 * error but its status: its message may contain SQL or paths.
 */
export function problemOf(error: unknown, bodyLimit = BODY_LIMIT): Problem {
  if (error instanceof Problem) return error;
  const code = codeOf(error);
  const known = code !== undefined && Object.hasOwn(PROBLEMS, code) ? PROBLEMS[code] : undefined;
  if (known !== undefined) return known(bodyLimit);
  const status = statusOf(error);
  const condition = status === undefined || code !== undefined ? undefined : CONDITIONS[status];
  if (status !== undefined && condition !== undefined) return problem(status, condition);
  // Any other error of Fastify about a request, such as a QUERY without a Content-Type.
  const isClientFault = status !== undefined && status >= 400 && status < 500;
  if (code?.startsWith('FST_') && isClientFault)
    return badRequest('The request is malformed. Check its method, headers and body.');
  return problem(
    500,
    'The server failed to process the request. Its log has the cause under the id in "instance".',
  );
}

/** The 404 for a path without a route. Clients distinguish it from the 404 for a missing resource. */
export function noSuchPath(): Problem {
  return notFound(NO_SUCH_PATH);
}

/** A problem with a status that `problem.ts` has no function for. */
export function problem(status: number, detail: string): Problem {
  return new Problem({ status, detail });
}

function statusOf(error: unknown): number | undefined {
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' ? status : undefined;
}

function codeOf(error: unknown): string | undefined {
  if (error instanceof DatabaseError) return `database:${error.kind}`;
  // Of the jobs, in a route that is not theirs.
  if (error instanceof StoreError) return 'database:unavailable';
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
