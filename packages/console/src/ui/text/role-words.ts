/** The roles of GreenVue's accounts and tokens, lowest first, and what each one may do. */
export const ROLES = ['user', 'operator', 'admin'] as const;

export const ROLE_WORDS: Readonly<Record<(typeof ROLES)[number], string>> = {
  user: 'No access to jobs',
  operator: 'Reads, runs, pauses and cancels jobs',
  admin: 'Does everything, and manages accounts and tokens',
};
