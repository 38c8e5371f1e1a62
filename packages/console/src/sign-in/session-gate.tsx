import { Fragment, type ReactNode, useEffect } from 'react';
import { useSessionState } from '../session/session.tsx';
import { viewerOf } from '../session/viewer.ts';
import { MustChangePage } from './must-change-page.tsx';
import { NoRolePage } from './no-role-page.tsx';
import { SignInAgain } from './sign-in-again.tsx';
import { SignInPage } from './sign-in-page.tsx';
import { StartingPage, UnreachablePage } from './starting-pages.tsx';

/**
 * Shows the console to viewers who may see it. An expired session keeps the page and puts the sign-in over
 * it. Another viewer gets a new page.
 */
export function SessionGate({ children }: { readonly children: ReactNode }) {
  const state = useSessionState();
  useEffect(() => {
    if (state.phase === 'signed-out') document.title = 'Sign in · GreenVue jobs';
  }, [state.phase]);
  switch (state.phase) {
    case 'starting':
      return <StartingPage />;
    case 'unreachable':
      return <UnreachablePage error={state.error} />;
    case 'signed-out':
      return <SignInPage />;
    case 'signed-in':
    case 'expired':
      if (state.me.must_change_password)
        return <MustChangePage me={state.me} isExpired={state.phase === 'expired'} />;
      if (state.me.role === 'user') return <NoRolePage me={state.me} isExpired={state.phase === 'expired'} />;
      return (
        <Fragment key={viewerOf(state.me)}>
          {children}
          <SignInAgain opened={state.phase === 'expired'} />
        </Fragment>
      );
    default:
      return state satisfies never;
  }
}
