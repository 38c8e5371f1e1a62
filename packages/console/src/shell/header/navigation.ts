interface Destination {
  readonly href: string;
  readonly label: string;
  /** Whether a path belongs to this destination. */
  readonly isAt: (path: string) => boolean;
}

/** The destinations in the header. */
export const NAVIGATION: readonly Destination[] = [
  { href: '/', label: 'Overview', isAt: (path) => path === '/' },
  { href: '/jobs', label: 'Jobs', isAt: (path) => /^\/(jobs|runs)(\/|$)/.test(path) },
];
