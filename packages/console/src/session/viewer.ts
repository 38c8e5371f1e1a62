import type { Me } from '@greenvue/jobs/client';

/**
 * Identifies the viewer who owns the open page. An API token names no person, so another token counts as the
 * same viewer, like one whose token expired.
 */
export function viewerOf({ kind, id }: Me): string {
  return kind === 'user' ? id : 'api_token';
}

/** What signing in again does to the open page. */
export function signInAgainHint({ kind }: Me): string {
  return kind === 'user'
    ? 'Sign in as the same user to continue on this page. If someone else signs in, unsaved changes are lost.'
    : 'Sign in with an API token to continue on this page. If a user signs in, unsaved changes are lost.';
}
