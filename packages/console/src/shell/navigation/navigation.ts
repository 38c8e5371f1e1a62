import { useIsScoped, useMay, useViewer } from '../../session/session.tsx';
import { useHasAccounts } from '../../ui/config/config.tsx';

export interface Destination {
  readonly href: string;
  readonly label: string;
  /** Whether a path belongs to this destination. Absent: only its own path does. */
  readonly isAt?: (path: string) => boolean;
  /** Who may open it. Absent: everybody who may read. */
  readonly isFor?: (who: Who) => boolean;
}

interface Who {
  /** Sees all jobs, and so the nodes that run them. */
  readonly seesAll: boolean;
  /** An admin of all jobs. An admin of some jobs may not see what is about all of them. */
  readonly isFullAdmin: boolean;
  /** The API is GreenVue's, with its accounts and tokens. */
  readonly hasAccounts: boolean;
  /** A signed-in user, not an API token, who may operate jobs. */
  readonly isOperator: boolean;
}

interface Navigation {
  readonly pages: readonly Destination[];
  /** What people set up or look up now and then; one menu. */
  readonly manage: readonly Destination[];
}

const NAVIGATION: Navigation = {
  pages: [
    { href: '/', label: 'Overview' },
    { href: '/jobs', label: 'Jobs', isAt: (path) => /^\/jobs(\/|$)/.test(path) },
    { href: '/runs', label: 'Runs', isAt: (path) => /^\/runs(\/|$)/.test(path) },
    { href: '/failures', label: 'Failures' },
    { href: '/timeline', label: 'Timeline', isAt: (path) => /^\/timeline(\/|$)/.test(path) },
    { href: '/activity', label: 'Activity' },
  ],
  manage: [
    { href: '/nodes', label: 'Nodes', isFor: ({ seesAll }) => seesAll },
    { href: '/job-types', label: 'Job types', isAt: (path) => /^\/job-types(\/|$)/.test(path) },
    { href: '/calendars', label: 'Calendars' },
    { href: '/channels', label: 'Channels', isFor: ({ isFullAdmin }) => isFullAdmin },
    { href: '/users', label: 'Users', isFor: ({ isFullAdmin, hasAccounts }) => isFullAdmin && hasAccounts },
    {
      href: '/tokens',
      label: 'Tokens',
      isFor: ({ isFullAdmin, isOperator, hasAccounts }) => hasAccounts && (isFullAdmin || isOperator),
    },
    { href: '/secrets', label: 'Secrets', isFor: ({ isFullAdmin }) => isFullAdmin },
  ],
};

/** The pages that the viewer may open. */
export function useNavigation(): Navigation {
  const { admin, operate } = useMay();
  const isScoped = useIsScoped();
  const { account } = useViewer();
  const who = {
    seesAll: !isScoped,
    isFullAdmin: admin && !isScoped,
    hasAccounts: useHasAccounts(),
    isOperator: operate && account?.kind === 'user',
  };
  const may = ({ isFor }: Destination) => isFor === undefined || isFor(who);
  return { pages: NAVIGATION.pages.filter(may), manage: NAVIGATION.manage.filter(may) };
}

/** The value of `aria-current` for the link to a destination. */
export function currentMark({ href, isAt }: Destination, path: string): 'page' | undefined {
  return (isAt === undefined ? path === href : isAt(path)) ? 'page' : undefined;
}
