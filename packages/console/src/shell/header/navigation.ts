interface Destination {
  readonly href: string;
  readonly label: string;
  /** Whether a path belongs to this destination. */
  readonly isAt: (path: string) => boolean;
}

export const NAVIGATION: readonly Destination[] = [
  { href: '/', label: 'Overview', isAt: (path) => path === '/' },
  { href: '/jobs', label: 'Jobs', isAt: (path) => /^\/(jobs|runs)(\/|$)/.test(path) },
];
