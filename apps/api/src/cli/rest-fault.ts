import { ApiError, ConnectionError } from '@greenvue/jobs/client';
import { CliError, EXIT, type ExitCode } from './exit-code.ts';
import { printable } from './terminal/printable.ts';
import { durationText } from './words.ts';

/** Which server was asked. */
export interface Asked {
  readonly url: string;
  readonly hasToken: boolean;
}

/** What went wrong with a server, in words that say what to do. Never a stack. */
export function restFault(error: unknown, asked: Asked): CliError {
  if (error instanceof CliError) return error;
  if (error instanceof ApiError) {
    return new CliError(apiWords(error, asked).join('\n'), exitCodeOf(error.status), { cause: error });
  }
  if (error instanceof ConnectionError) {
    return new CliError(connectionWords(error).join('\n'), EXIT.noServer, { cause: error });
  }
  const message = error instanceof Error ? error.message : String(error);
  return new CliError(`greenvue could not go on: ${printable(message)}`, EXIT.failed, { cause: error });
}

function exitCodeOf(status: number): ExitCode {
  switch (status) {
    case 401:
    case 403:
      return EXIT.notAllowed;
    case 404:
      return EXIT.notFound;
    case 409:
    case 412:
      return EXIT.conflict;
    // What is before the server could not reach it.
    case 502:
    case 504:
      return EXIT.noServer;
    default:
      return EXIT.failed;
  }
}

/** The server's words, each fault that it found, and advice. */
function apiWords(error: ApiError, asked: Asked): readonly string[] {
  const faults = error.faults.map(({ pointer, detail }) => `  ${printable(pointer)} ${printable(detail)}`);
  return [printable(error.detail), ...faults, ...advice(error, asked)];
}

function advice(error: ApiError, { url, hasToken }: Asked): readonly string[] {
  const { status, requestId, retryAfterMs } = error;
  switch (status) {
    case 401:
      return [
        hasToken
          ? `The token is not known at ${url}, or it has expired or was revoked. Make another one, in GreenVue's folder on the server's machine:`
          : "No token was given. Make one, in GreenVue's folder on the server's machine:",
        '  export GREENVUE_TOKEN=$(npm run -s token)',
      ];
    case 403:
      return [
        "The token's role is too small. One that `greenvue token` makes, on the server's machine, may do all.",
      ];
    case 404:
      return ['See what there is: greenvue jobs list, greenvue runs list'];
    case 409:
      return error.mayBeDone ? [OWN_TRY] : [];
    case 412:
      return [...(error.mayBeDone ? [OWN_TRY] : []), 'Look at it again, and repeat the command.'];
    case 429:
    case 503:
      return [
        retryAfterMs === undefined
          ? 'Try again in a while.'
          : `Try again in ${durationText(Math.max(retryAfterMs, 1_000))}.`,
      ];
    default:
      return status >= 500 && requestId !== undefined
        ? [`The server's log has more about it, under the request ${printable(requestId)}.`]
        : [];
  }
}

/** As the client repeats by itself what is safe to repeat. */
const OWN_TRY = 'It may be your own doing: the same was sent before, and the answer to that was lost.';

function connectionWords({ code, message }: ConnectionError): readonly string[] {
  const where = 'say where GreenVue is, with --url or GREENVUE_URL.';
  switch (code) {
    case 'no_answer':
      return [printable(message), `Start the server with npm start, or ${where}`];
    case 'timeout':
      return [printable(message), `Look at how the server is (its log, /readyz), or ${where}`];
    case 'not_this_api':
    case 'too_long':
      return [printable(message), `Is that the server? If not, ${where}`];
    default:
      return code satisfies never;
  }
}
