/** A request without a token, sent once: the server refuses an invalid token on public routes, too. */
export const ANONYMOUS = { method: 'POST', isAnonymous: true, repeat: 'never' } as const;
