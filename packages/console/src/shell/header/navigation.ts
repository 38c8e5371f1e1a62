interface Destination {
  readonly href: string;
  readonly label: string;
  /** Whether a path belongs to it. */
  readonly isAt: (path: string) => boolean;
}

/** Where one can go from everywhere. */
export const NAVIGATION: readonly Destination[] = [
  { href: '/', label: 'Overview', isAt: (path) => path === '/' },
  { href: '/jobs', label: 'Jobs', isAt: (path) => /^\/(jobs|runs)(\/|$)/.test(path) },
];
