import { ApiError } from '@greenvue/jobs/client';
import { faultWords } from '../ui/feedback/fault-words.ts';
import { durationText } from '../ui/schedule/duration.ts';

/** Why a password was not changed, in one or two sentences. */
export function passwordFault(error: unknown): string {
  if (error instanceof ApiError && error.status === 429 && error.retryAfterMs !== undefined)
    return `Too many attempts. Try again in ${durationText(error.retryAfterMs)}.`;
  const [fault] = error instanceof ApiError ? error.faults : [];
  switch (fault?.pointer) {
    case '/current_password':
      return 'The current password is wrong.';
    case '/new_password':
      return `The new password ${fault.detail}.`;
    case '/token':
      return 'This link was used or has expired. Request another one on the sign-in page.';
    default: {
      const { title, advice } = faultWords(error);
      return `${title}. ${advice}`;
    }
  }
}
