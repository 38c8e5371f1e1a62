import { StoreError } from '@greenvue/jobs';
import { NO_SUCH_PATH } from '@greenvue/jobs/client';
import { DatabaseError } from '../db/errors.ts';
import { badRequest, notFound, Problem, unavailable } from '../rest/problem.ts';
import { BODY_LIMIT } from './json-body.ts';

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  412: 'Precondition Failed',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  416: 'Range Not Satisfiable',
  500: 'Internal Server Error',
};

const RETRY_SECONDS = 2;

// Every coded error that can reach a client, and what it is told. An error that is not here is a fault of
// ours: a 500.
const PROBLEMS: Readonly<Record<string, (bodyLimit: number) => Problem>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: bodyTooLarge,
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () => problem(415, 'Send the body as application/json.'),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () => badRequest('The body is not as long as Content-Length says.'),
  FST_ERR_CTP_EMPTY_JSON_BODY: () => badRequest('The body is empty, and should be JSON.'),
  FST_ERR_CTP_INVALID_JSON_BODY: () => badRequest('The body is not valid JSON.'),
  FST_ERR_BAD_URL: () => badRequest('The URL is malformed.'),
  FST_ERR_MAX_PARAM_LENGTH: noSuchPath,
  ECONNRESET: () => badRequest('The connection broke before the body was whole.'),
  too_busy: () => unavailable('Too many sign-ins at once. Try again in a moment.', RETRY_SECONDS),
  'database:busy': () => unavailable('The database is busy. Try again in a moment.', RETRY_SECONDS),
  'database:full': () => unavailable('The disk of the server is full.', 60),
  'database:unavailable': databaseUnavailable,
};

// Of a file that is asked for: they have no code.
const CONDITIONS: Readonly<Record<number, string>> = {
  412: 'The file is not the one that If-Match or If-Unmodified-Since asks for.',
  416: 'The file is shorter than the Range that was asked for.',
};

function bodyTooLarge(bodyLimit: number): Problem {
  return problem(
    413,
    `The body is larger than ${bodyLimit / 1024} KiB, the limit of this route. Send a smaller one.`,
  );
}

function databaseUnavailable(): Problem {
  return unavailable('The database is not available. Try again in a moment.', RETRY_SECONDS);
}

/**
 * The problem that a client gets for an error; `bodyLimit` is its route's, in bytes. An unexpected error
 * shows only its status: its text may hold SQL or paths.
 */
export function problemOf(error: unknown, bodyLimit = BODY_LIMIT): Problem {
  if (error instanceof Problem) return error;
  const code = codeOf(error);
  const known = code !== undefined && Object.hasOwn(PROBLEMS, code) ? PROBLEMS[code] : undefined;
  if (known !== undefined) return known(bodyLimit);
  const status = statusOf(error);
  const condition = status === undefined || code !== undefined ? undefined : CONDITIONS[status];
  if (status !== undefined && condition !== undefined) return problem(status, condition);
  // Whatever else Fastify finds wrong with a request, such as a QUERY without a Content-Type.
  const isClientFault = status !== undefined && status >= 400 && status < 500;
  if (code?.startsWith('FST_') && isClientFault) return badRequest('The request can not be read.');
  return problem(500, 'Something went wrong on our side. The log has more under the id of this request.');
}

/** There is no such route, which clients tell from a route that finds nothing. */
export function noSuchPath(): Problem {
  return notFound(NO_SUCH_PATH);
}

/** A problem with a status that `problem.ts` has no word for. */
export function problem(status: number, detail: string): Problem {
  return new Problem({ status, title: TITLES[status] ?? 'Error', detail });
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
