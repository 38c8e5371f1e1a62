import { ApiError, ConnectionError, NO_SUCH_PATH } from '@greenvue/jobs/client';

/** The texts about an error. */
interface FaultWords {
  readonly title: string;
  /** The meaning of the error, and the next step. */
  readonly advice: string;
  /** Says who wrote the detail. Absent where the page wrote it itself. */
  readonly lead?: string | undefined;
  /** The error message of the server, the client or the page. */
  readonly detail?: string | undefined;
  readonly requestId?: string | undefined;
}

/** The text for an error of the client or of the page itself. */
export function faultWords(error: unknown): FaultWords {
  if (error instanceof ApiError) {
    return {
      ...statusWords(error),
      lead: 'The server says: ',
      detail: error.detail,
      requestId: error.requestId,
    };
  }
  if (error instanceof ConnectionError && error.code === 'not_this_api') {
    return {
      title: 'Unexpected answer',
      advice:
        'The answer did not come from this API: a proxy may have sent it, or the server has another version than this page. Reload the page.',
      detail: error.message,
    };
  }
  if (error instanceof ConnectionError) {
    return {
      title: 'The server does not answer',
      advice:
        'The server may be restarting, or the network is down. The page continues when the server answers.',
    };
  }
  return {
    title: 'Could not read the answer',
    advice:
      'The server may have another version than this page. Reload the page. If that does not help, compare the versions on the overview.',
    ...(error instanceof Error ? { detail: error.message } : {}),
  };
}

/**
 * Says why an action failed, with a sentence for each fault that begins with the label of its field.
 * `labelOf` returns this label for a pointer; empty if the fault is a sentence of its own. Undefined: there
 * is no error.
 */
export function faultSentences(
  error: unknown,
  labelOf: (pointer: string) => string = (pointer) => pointer,
): string | undefined {
  if (error === null) return undefined;
  if (error instanceof ApiError && error.faults.length > 0)
    return error.faults.map(({ pointer, detail }) => sentence(`${labelOf(pointer)} ${detail}`)).join(' ');
  const { title, advice, detail } = faultWords(error);
  return detail ?? `${title}. ${advice}`;
}

function sentence(words: string): string {
  const text = words.trim();
  return text.endsWith('.') ? text : `${text}.`;
}

/**
 * Whether the error shows that the server has another version: it lacks the path, or does not know a field.
 */
export function isOfAnotherVersion(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false;
  if (error.status === 404 || error.status === 405)
    return error.detail === NO_SUCH_PATH || error.status === 405;
  return error.status === 422 && error.faults.some(({ detail }) => detail.startsWith('unknown field'));
}

function statusWords(error: ApiError): Pick<FaultWords, 'title' | 'advice'> {
  if (isOfAnotherVersion(error)) {
    return {
      title: 'The server does not know this request',
      advice:
        'The server has another version than this page. Reload the page to get the page that fits the server.',
    };
  }
  switch (error.status) {
    case 401:
      return { title: 'You are signed out', advice: 'Sign in again to continue.' };
    case 403:
      return {
        title: 'Your role does not allow this',
        advice: 'Ask an admin of this server for the role you need.',
      };
    case 404:
      return { title: 'Not found', advice: 'Someone may have deleted it, or the address is wrong.' };
    case 409:
      return { title: 'Conflict with the current state', advice: 'Check the current state, then try again.' };
    case 412:
      return {
        title: 'Someone else changed this job',
        advice: 'Someone saved a change after you opened it. Reload and try again.',
      };
    case 422:
      return { title: 'The server refused the request', advice: 'Correct the error below and try again.' };
    case 429:
      return { title: 'Too many requests', advice: 'Wait a moment, then try again.' };
    case 503:
      return { title: 'The server is busy', advice: 'Try again in a moment.' };
    default:
      return error.status >= 500
        ? { title: 'Server error', advice: "Try again in a moment. The server's log has details." }
        : { title: 'The request failed', advice: 'See the message of the server.' };
  }
}

/** An error detail of the server in plain words: a schema's own message may say only "Invalid input". */
export function plainDetail(detail: string): string {
  if (detail === 'Invalid input') return 'is not a value that the job type accepts';
  if (detail.startsWith('never occurs')) return `this date ${detail}`;
  return detail.replace(/^Invalid input: /, '');
}
