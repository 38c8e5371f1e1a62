import { Fragment, lazy, type ReactNode, Suspense } from 'react';
import { useSessionState } from '../session/session.tsx';
import type { Viewer } from '../session/session-store.ts';
import { keyOf } from '../session/viewer.ts';
import { useDocumentTitle } from '../ui/config/document-title.ts';
import { Boundary } from '../ui/feedback/boundary.tsx';
import { StartingPage, UnreachablePage } from './starting-pages.tsx';

// Most visits need none of these.
const SignInPage = lazy(async () => ({ default: (await import('./sign-in-page.tsx')).SignInPage }));
const SignInAgain = lazy(async () => ({ default: (await import('./sign-in-again.tsx')).SignInAgain }));
const MustChangePage = lazy(async () => ({
  default: (await import('./must-change-page.tsx')).MustChangePage,
}));
const NoRightsPage = lazy(async () => ({ default: (await import('./no-rights-page.tsx')).NoRightsPage }));

/**
 * Shows the console to viewers who may see it. An expired session keeps the page and puts the sign-in over
 * it. Another viewer gets a new page.
 */
export function SessionGate({ children }: { readonly children: ReactNode }) {
  const state = useSessionState();
  useDocumentTitle(state.phase === 'signed-out' ? 'Sign in' : undefined);
  switch (state.phase) {
    case 'starting':
      return <StartingPage />;
    case 'unreachable':
      return <UnreachablePage error={state.error} />;
    case 'signed-out':
      return (
        <Suspense fallback={<StartingPage />}>
          <SignInPage />
        </Suspense>
      );
    case 'signed-in':
    case 'expired':
      return (
        <SignedIn viewer={state.viewer} isExpired={state.phase === 'expired'}>
          {children}
        </SignedIn>
      );
    default:
      return state satisfies never;
  }
}

interface SignedInProps {
  readonly viewer: Viewer;
  readonly isExpired: boolean;
  readonly children: ReactNode;
}

function SignedIn({ viewer, isExpired, children }: SignedInProps) {
  const { account, rights } = viewer;
  if (account?.must_change_password) {
    return (
      <Suspense fallback={<StartingPage />}>
        <MustChangePage me={account} isExpired={isExpired} />
      </Suspense>
    );
  }
  if (!rights.includes('read')) {
    return (
      <Suspense fallback={<StartingPage />}>
        <NoRightsPage viewer={viewer} isExpired={isExpired} />
      </Suspense>
    );
  }
  return (
    <Fragment key={keyOf(viewer)}>
      {children}
      {/* Loaded at once: when the session has expired, the server may have another build. */}
      <Boundary fallback={() => null}>
        <Suspense>
          <SignInAgain opened={isExpired} />
        </Suspense>
      </Boundary>
    </Fragment>
  );
}
