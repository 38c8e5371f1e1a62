import { useMay, useViewer } from '../../session/session.tsx';

interface Destination {
  readonly href: string;
  readonly label: string;
  /** Whether a path belongs to this destination. */
  readonly isAt: (path: string) => boolean;
  /** Only admins may see what it shows. */
  readonly isForAdmins?: true;
}

const NAVIGATION: readonly Destination[] = [
  { href: '/', label: 'Overview', isAt: (path) => path === '/' },
  { href: '/jobs', label: 'Jobs', isAt: (path) => /^\/jobs(\/|$)/.test(path) },
  { href: '/runs', label: 'Runs', isAt: (path) => /^\/runs(\/|$)/.test(path) },
  { href: '/failures', label: 'Failures', isAt: (path) => path === '/failures' },
  { href: '/channels', label: 'Channels', isAt: (path) => path === '/channels', isForAdmins: true },
];

/** The pages that the viewer may open. */
export function useNavigation(): readonly Destination[] {
  const { admin } = useMay();
  const { idPrefix } = useViewer();
  // Channels hear of all jobs: an admin of some jobs only may not see them.
  const isFullAdmin = admin && idPrefix === undefined;
  return NAVIGATION.filter(({ isForAdmins }) => isFullAdmin || isForAdmins !== true);
}
