import { z } from 'zod';
import type { InputFault } from '../input/check.ts';

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

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  409: 'Conflict',
  412: 'Precondition Failed',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  416: 'Range Not Satisfiable',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** The name of an HTTP status in an error response. */
export function problemTitle(status: number): string {
  return TITLES[status] ?? 'Error';
}

/** The body of an error response. `instance`: the id of the request. */
export function problemJson(
  {
    status,
    detail,
    errors,
  }: Pick<ProblemJson, 'status' | 'detail'> & { readonly errors?: readonly InputFault[] | undefined },
  instance: string,
): ProblemJson {
  return {
    type: 'about:blank',
    title: problemTitle(status),
    status,
    detail,
    instance,
    ...(errors === undefined ? {} : { errors: [...errors] }),
  };
}
