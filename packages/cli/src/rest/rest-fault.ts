import { ApiError, ConnectionError, isUnsure, NO_SUCH_PATH } from '@greenvue/jobs/client';
import { CliError, EXIT, type ExitCode } from '../exit-code.ts';
import { type CliProgram, variableOf } from '../program.ts';
import { printable } from '../terminal/printable.ts';
import { durationText } from '../terminal/words.ts';

/** The server of a command. */
export interface TargetServer {
  readonly url: string;
  readonly hasToken: boolean;
  /** The names of the headers that the user has set. */
  readonly headers: readonly string[];
  readonly program: CliProgram;
  /** The commands that list what the command is about, such as `calendars list`. */
  readonly lists: string;
}

/** The message for an error of a request: what failed and what to do, without a stack. */
export function restFault(error: unknown, target: TargetServer): CliError {
  if (error instanceof CliError) return error;
  if (error instanceof ApiError) {
    return new CliError(apiWords(error, target).join('\n'), exitCodeOf(error), { cause: error });
  }
  if (error instanceof ConnectionError) {
    const words = [printable(error.message), connectionAdvice(error, target.program)];
    return new CliError(words.join('\n'), EXIT.noServer, { cause: error });
  }
  const message = printable(error instanceof Error ? error.message : String(error));
  const words = [`${target.program.name} failed unexpectedly: ${message}`];
  // Either the response lacks fields that this API always sends, or it is a bug of this command.
  if (error instanceof TypeError) {
    words.push(
      `Check that ${printable(target.url)} is ${target.program.server}, in the same version as this command (${target.program.name} --version). If it is, this is a bug of the command.`,
    );
  }
  return new CliError(words.join('\n'), EXIT.failed, { cause: error });
}

/**
 * Awaits a request that is not idempotent. If its response is lost, the error says so and how to `look`, so
 * that nobody simply repeats it.
 */
export async function onceOnly<T>(answer: Promise<T>, look: string): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (!isLost(error)) throw error;
    const words = [
      printable(error.message),
      `The server may have processed the request. Check before you repeat it: ${look}`,
    ];
    const exitCode = error instanceof ApiError ? exitCodeOf(error) : EXIT.noServer;
    throw new CliError(words.join('\n'), exitCode, { cause: error });
  }
}

/**
 * Whether the server may have processed the request and no other message says so: a conflict has its own
 * message, and another server processes nothing.
 */
function isLost(error: unknown): error is ApiError | ConnectionError {
  if (error instanceof ApiError) return error.status !== 409 && error.status !== 412 && isUnsure(error);
  if (!(error instanceof ConnectionError)) return false;
  const isAnswered = error.code === 'not_this_api' || error.code === 'too_long';
  return error.mayBeDone || (!isAnswered && isUnsure(error));
}

/** Whether a proxy or another server responded: this API names each request in its errors. */
function isForeign({ requestId }: ApiError): boolean {
  return requestId === undefined;
}

function exitCodeOf(error: ApiError): ExitCode {
  switch (error.status) {
    case 401:
    case 403:
      return EXIT.notAllowed;
    case 404:
      return isForeign(error) || error.detail === NO_SUCH_PATH ? EXIT.noServer : EXIT.notFound;
    case 409:
    case 412:
      return EXIT.conflict;
    // A proxy could not reach the server.
    case 502:
    case 504:
      return EXIT.noServer;
    case 503:
      return isForeign(error) ? EXIT.noServer : EXIT.failed;
    default:
      return EXIT.failed;
  }
}

/** The message of the server, each invalid field, and advice. */
function apiWords(error: ApiError, target: TargetServer): readonly string[] {
  // A fault with the same text is already in the message.
  const others = error.faults.filter(({ detail }) => detail !== error.detail);
  const faults = others.map(({ pointer, detail }) => `  ${printable(pointer)} ${printable(detail)}`);
  const foreign = `This response is not from ${target.program.server}, but from a proxy or another server at ${printable(target.url)}. ${setUrl(target.program)}`;
  // For 5xx the message itself names the proxy.
  const words = isForeign(error) && error.status < 500 ? [foreign] : [];
  return [printable(error.detail), ...faults, ...words, ...advice(error, target)];
}

function refusedHeaders(headers: readonly string[], program: CliProgram): string {
  const what = `${headers.length === 1 ? 'header' : 'headers'} ${headers.join(', ')}`;
  return `The server refused the ${what} of ${variableOf(program, 'HEADERS')} or --header. If a session ended, sign in again, and set the new cookie.`;
}

function setUrl(program: CliProgram): string {
  return `Set the URL of ${program.server} with --url or ${variableOf(program, 'URL')}.`;
}

function advice(
  error: ApiError,
  { url, hasToken, headers, program, lists }: TargetServer,
): readonly string[] {
  const { status, requestId, retryAfterMs } = error;
  switch (status) {
    case 401:
      if (!hasToken && headers.length > 0) return [refusedHeaders(headers, program)];
      return hasToken
        ? withIntroduction(
            `The token is unknown at ${printable(url)}, expired or revoked.`,
            program.advice.badToken,
          )
        : withIntroduction('No token was given.', program.advice.noToken);
    case 403:
      return isForeign(error) ? [] : [program.advice.lowRole];
    case 404:
      if (isForeign(error)) return [];
      return error.detail === NO_SUCH_PATH
        ? [
            `Check that ${printable(url)} is the right URL, and that the server has the same version as this command. ${setUrl(program)}`,
          ]
        : [`To list what exists, run ${program.name} ${lists}`];
    case 409:
      return error.mayBeDone ? [OWN_TRY] : [];
    case 412:
      return [...(error.mayBeDone ? [OWN_TRY] : []), 'Read it again, then repeat the command.'];
    case 429:
    case 503:
      return [
        retryAfterMs === undefined
          ? 'Retry later.'
          : `Retry in ${durationText(Math.max(retryAfterMs, 1_000))}.`,
      ];
    case 502:
    case 504:
      return [program.advice.behindProxy];
    default:
      return status >= 500 && requestId !== undefined
        ? [`The server's log has the cause under the request id ${printable(requestId)}.`]
        : [];
  }
}

/** The client retries idempotent requests by itself. */
const OWN_TRY = 'This may be the effect of your own request: it was sent before, and its response was lost.';

/** The first line continues the introduction; more lines are a command. */
function withIntroduction(
  introduction: string,
  [first = '', ...lines]: readonly string[],
): readonly string[] {
  return [`${introduction} ${first}`, ...lines];
}

function connectionAdvice(error: ConnectionError, program: CliProgram): string {
  const where = setUrl(program).replace(/^S/, 's');
  switch (error.code) {
    case 'no_answer':
      return adviceOn(causeOf(error), program) ?? `${program.advice.start} or ${where}`;
    case 'timeout':
      return `${program.advice.slow} or ${where}`;
    case 'not_this_api':
    case 'too_long':
      return `If this is not the server, ${where}`;
    default:
      return error.code satisfies never;
  }
}

/** The innermost cause: the error of the socket or of TLS. */
function causeOf(error: Error): Error {
  return error.cause instanceof Error ? causeOf(error.cause) : error;
}

function codeOf(cause: Error): string {
  return 'code' in cause ? String(cause.code) : '';
}

function isRedirect(cause: Error): boolean {
  return /\bredirect\b/.test(cause.message);
}

/** Advice on a failed connection, except when nobody listens. */
function adviceOn(cause: Error, program: CliProgram): string | undefined {
  const code = codeOf(cause);
  if (/CERT|ISSUER|SIGNATURE/.test(code)) {
    return 'Its certificate is not trusted. To trust its authority, export NODE_USE_SYSTEM_CA=1 for the authorities of this machine, or NODE_EXTRA_CA_CERTS=ca.pem for your own.';
  }
  if (/^(ERR_SSL_|EPROTO)/.test(code))
    return 'The server does not use TLS there: use http:// instead of https://.';
  if (code === 'ECONNRESET' || code === 'UND_ERR_SOCKET') {
    return 'The server closed the connection: use https:// instead of http:// if it requires TLS, or see its log.';
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return `There is no host with that name. ${setUrl(program)}`;
  if (isRedirect(cause)) {
    return `The server redirects, usually from http:// to https://. Set the target of the redirect with --url or ${variableOf(program, 'URL')}.`;
  }
  return undefined;
}
