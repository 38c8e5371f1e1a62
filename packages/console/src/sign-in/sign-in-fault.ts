import { ApiError } from '@greenvue/jobs/client';
import { faultWords } from '../ui/feedback/fault-words.ts';
import { durationText } from '../ui/schedule/duration.ts';

/** Why a sign-in failed, in one or two sentences. */
export function signInFault(error: unknown, byToken: boolean): string {
  if (!(error instanceof ApiError)) {
    // The browser does not send a token with characters that no header may contain.
    if (error instanceof TypeError) return 'This is not an API token. Copy the whole token, without spaces.';
    const { title, advice } = faultWords(error);
    return `${title}. ${advice}`;
  }
  switch (error.status) {
    case 401:
      return byToken
        ? 'The server refused this token: it has expired, was revoked, or belongs to another server.'
        : 'The e-mail address or the password is wrong.';
    case 422:
      return byToken
        ? 'The server refused this token: it does not have the form of a token.'
        : 'Enter an e-mail address and a password.';
    case 429:
      return error.retryAfterMs === undefined
        ? error.detail
        : `Too many attempts. Try again in ${durationText(error.retryAfterMs)}.`;
    default:
      return error.detail;
  }
}
