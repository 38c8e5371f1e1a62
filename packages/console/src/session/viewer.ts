import type { Viewer } from './session-store.ts';

/**
 * Identifies the viewer who owns the open page. An API token names no person, so another token counts as the
 * same viewer, like one whose token expired.
 */
export function keyOf({ actor, account }: Viewer): string {
  return account?.kind === 'api_token' ? 'api_token' : (actor ?? 'nobody');
}

/** What signing in again does to the open page. */
export function signInAgainHint({ account }: Viewer): string {
  if (account === undefined)
    return 'Sign in with a token of the same user to continue on this page. With another token, unsaved changes are lost.';
  return account.kind === 'user'
    ? 'Sign in as the same user to continue on this page. If someone else signs in, unsaved changes are lost.'
    : 'Sign in with an API token to continue on this page. If a user signs in, unsaved changes are lost.';
}
