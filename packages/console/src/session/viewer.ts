import type { Me } from '@greenvue/jobs/client';

/**
 * Who looks at the page, for as long as what is open is theirs. Nothing tells whose an API token is: who
 * comes with another one is taken for the same, as somebody whose token has run out.
 */
export function viewerOf({ kind, id }: Me): string {
  return kind === 'user' ? id : 'api_token';
}

/** What becomes of the open page when one signs in again. */
export function keptWords({ kind }: Me): string {
  return kind === 'user'
    ? 'Sign in as the same user, and you go on where you were. For anybody else the page begins anew, and what is not saved is lost.'
    : 'Sign in with an API token, this one or another, and you go on where you were. For a user the page begins anew, and what is not saved is lost.';
}
