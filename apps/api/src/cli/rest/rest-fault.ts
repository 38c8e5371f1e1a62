import { ApiError, ConnectionError, isUnsure, NO_SUCH_PATH } from '@greenvue/jobs/client';
import { CliError, EXIT, type ExitCode } from '../exit-code.ts';
import { printable } from '../terminal/printable.ts';
import { durationText } from '../terminal/words.ts';

/** Which server was asked. */
export interface Asked {
  readonly url: string;
  readonly hasToken: boolean;
}

/** What went wrong with a server, in words that say what to do. Never a stack. */
export function restFault(error: unknown, asked: Asked): CliError {
  if (error instanceof CliError) return error;
  if (error instanceof ApiError) {
    return new CliError(apiWords(error, asked).join('\n'), exitCodeOf(error), { cause: error });
  }
  if (error instanceof ConnectionError) {
    const words = [printable(error.message), connectionAdvice(error)];
    return new CliError(words.join('\n'), EXIT.noServer, { cause: error });
  }
  const message = printable(error instanceof Error ? error.message : String(error));
  const words = [`greenvue could not go on: ${message}`];
  // Fields may be missing that all answers of this API have, or it is a fault of this command: no more is
  // known.
  if (error instanceof TypeError) {
    words.push(
      `Is ${printable(asked.url)} GreenVue, and of the same version as this command, which greenvue --version tells? If so, it is a fault of this command.`,
    );
  }
  return new CliError(words.join('\n'), EXIT.failed, { cause: error });
}

/**
 * Waits for the answer to what would be done twice if it was sent twice. Where that is lost, who asked is
 * told so, and how to `look`, rather than led to repeat it.
 */
export async function onceOnly<T>(answer: Promise<T>, look: string): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (!isLost(error)) throw error;
    const words = [
      printable(error.message),
      `It may have been done all the same. Look before you repeat it: ${look}`,
    ];
    const exitCode = error instanceof ApiError ? exitCodeOf(error) : EXIT.noServer;
    throw new CliError(words.join('\n'), exitCode, { cause: error });
  }
}

/**
 * Whether it may have been done, and nothing else says so: a conflict has words of its own, and what is no
 * GreenVue does nothing.
 */
function isLost(error: unknown): error is ApiError | ConnectionError {
  if (error instanceof ApiError) return error.status !== 409 && error.status !== 412 && isUnsure(error);
  if (!(error instanceof ConnectionError)) return false;
  const isAnswered = error.code === 'not_this_api' || error.code === 'too_long';
  return error.mayBeDone || (!isAnswered && isUnsure(error));
}

/** GreenVue names each request; what does not is a proxy before it, or another server. */
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
    // What is before the server could not reach it.
    case 502:
    case 504:
      return EXIT.noServer;
    case 503:
      return isForeign(error) ? EXIT.noServer : EXIT.failed;
    default:
      return EXIT.failed;
  }
}

/** The server's words, each fault that it found, and advice. */
function apiWords(error: ApiError, asked: Asked): readonly string[] {
  // One that is all there is to say is said already.
  const others = error.faults.filter(({ detail }) => detail !== error.detail);
  const faults = others.map(({ pointer, detail }) => `  ${printable(pointer)} ${printable(detail)}`);
  const foreign = `It is not GreenVue that says so, but what is at or before ${printable(asked.url)}. ${HERE}`;
  // Of the others the words themselves say so.
  const words = isForeign(error) && error.status < 500 ? [foreign] : [];
  return [printable(error.detail), ...faults, ...words, ...advice(error, asked)];
}

const HERE = 'Say where GreenVue is, with --url or GREENVUE_URL.';

function advice(error: ApiError, { url, hasToken }: Asked): readonly string[] {
  const { status, requestId, retryAfterMs } = error;
  switch (status) {
    case 401:
      return [
        hasToken
          ? `The token is not known at ${printable(url)}, or it has expired or was revoked. Make another one, in GreenVue's folder on the server's machine:`
          : "No token was given. Make one, in GreenVue's folder on the server's machine:",
        '  export GREENVUE_TOKEN=$(npm run -s token)',
      ];
    case 403:
      return isForeign(error)
        ? []
        : [
            "The token's role is too small. One that `greenvue token` makes, on the server's machine, may do all.",
          ];
    case 404:
      if (isForeign(error)) return [];
      return error.detail === NO_SUCH_PATH
        ? [`Is ${printable(url)} the address, and the server of the same version as this command? ${HERE}`]
        : ['See what there is: greenvue jobs list, greenvue runs list'];
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
    case 502:
    case 504:
      return ['Does GreenVue run behind it? Its log and GET /healthz on its own port tell.'];
    default:
      return status >= 500 && requestId !== undefined
        ? [`The server's log has more about it, under the request ${printable(requestId)}.`]
        : [];
  }
}

/** As the client repeats by itself what is safe to repeat. */
const OWN_TRY = 'It may be your own doing: the same was sent before, and the answer to that was lost.';

function connectionAdvice(error: ConnectionError): string {
  const where = 'say where GreenVue is, with --url or GREENVUE_URL.';
  switch (error.code) {
    case 'no_answer':
      return adviceOn(causeOf(error)) ?? `Start the server with npm start, or ${where}`;
    case 'timeout':
      return `Look at how the server is (its log, /readyz), or ${where}`;
    case 'not_this_api':
    case 'too_long':
      return `Is that the server? If not, ${where}`;
    default:
      return error.code satisfies never;
  }
}

/** The innermost cause: what the socket or the TLS below said. */
function causeOf(error: Error): Error {
  return error.cause instanceof Error ? causeOf(error.cause) : error;
}

function codeOf(cause: Error): string {
  return 'code' in cause ? String(cause.code) : '';
}

function isRedirect(cause: Error): boolean {
  return /\bredirect\b/.test(cause.message);
}

/** What to do about a connection that can't be made, other than that nobody listens. */
function adviceOn(cause: Error): string | undefined {
  const code = codeOf(cause);
  if (/CERT|ISSUER|SIGNATURE/.test(code)) {
    return "Its certificate is not trusted here. Trust what signed it: export NODE_USE_SYSTEM_CA=1 for the authorities of this machine, or NODE_EXTRA_CA_CERTS=ca.pem for one's own.";
  }
  if (/^(ERR_SSL_|EPROTO)/.test(code)) return 'No TLS is spoken there: is it http:// and not https://?';
  if (code === 'ECONNRESET' || code === 'UND_ERR_SOCKET') {
    return 'Something listens there, and hangs up: is it https:// and not http://? If not, the log of the server has more.';
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `There is no machine of that name. ${HERE}`;
  if (isRedirect(cause)) {
    return 'It sends elsewhere, mostly from http:// to https://: give the address that it sends to, with --url or GREENVUE_URL.';
  }
  return undefined;
}
