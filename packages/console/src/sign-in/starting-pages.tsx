import { useSessionStore } from '../session/session.tsx';
import { Failed } from '../ui/feedback/states.tsx';
import { LonePage } from '../ui/layout/lone-page.tsx';

/** For the moment in which the session that the tab had is taken up again. */
export function StartingPage() {
  return (
    <LonePage>
      <p role="status">Signing in …</p>
    </LonePage>
  );
}

/** The tab has a session, and nobody answers. */
export function UnreachablePage({ error }: { readonly error: unknown }) {
  const store = useSessionStore();
  return (
    <LonePage>
      <Failed error={error} onRetry={() => void store.resume()} />
    </LonePage>
  );
}
