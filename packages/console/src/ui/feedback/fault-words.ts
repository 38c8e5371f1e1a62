import { ApiError, ConnectionError, NO_SUCH_PATH } from '@greenvue/jobs/client';

/** What the page shows about an error. */
interface FaultWords {
  readonly title: string;
  /** What the error means and what to do now. */
  readonly advice: string;
  /** Says who wrote the detail. Absent where the page wrote it itself. */
  readonly lead?: string | undefined;
  /** What the server, the client or the page said about the error. */
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
      title: 'What answers is not this API',
      advice:
        'A proxy may stand between, or the server is of another version than this page. Reload the page.',
      detail: error.message,
    };
  }
  if (error instanceof ConnectionError) {
    return {
      title: 'The server does not answer',
      advice:
        'It may be restarting, or the network is down. What you see comes back by itself once it answers.',
    };
  }
  return {
    title: "This page can't show the answer",
    advice:
      'The server may be older or newer than this page. Reload the page; if that does not help, compare the versions on the overview.',
    ...(error instanceof Error ? { detail: error.message } : {}),
  };
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
        'It is older or newer than this page. Reload the page to get the one that goes with the server.',
    };
  }
  switch (error.status) {
    case 401:
      return { title: 'You are signed out', advice: 'Sign in again to go on where you were.' };
    case 403:
      return {
        title: 'Your role does not allow this',
        advice: 'Ask an admin of this server for the role that it needs.',
      };
    case 404:
      return { title: 'It is not there', advice: 'It may have been deleted, or the address is mistyped.' };
    case 409:
      return { title: 'Something else came first', advice: 'Look at how it stands now, and try again.' };
    case 412:
      return {
        title: 'It was changed meanwhile',
        advice: 'Somebody else edited it after you had read it. Read it anew, and try again.',
      };
    case 422:
      return { title: 'The server refused what was asked', advice: 'See what it says, and mend it.' };
    case 429:
      return { title: 'Too many requests', advice: 'The server asks to wait for a moment.' };
    case 503:
      return { title: 'The server is busy', advice: 'It asks to be tried again in a moment.' };
    default:
      return error.status >= 500
        ? { title: 'Something went wrong on the server', advice: 'Its log has more. Try again in a moment.' }
        : { title: 'It did not work', advice: 'See what the server says.' };
  }
}
