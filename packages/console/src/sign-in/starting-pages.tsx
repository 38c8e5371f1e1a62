import { useSessionStore } from '../session/session.tsx';
import { Failed } from '../ui/feedback/states.tsx';
import { LonePage } from '../ui/lone-page/lone-page.tsx';

/** Shown while the tab resumes its session. */
export function StartingPage() {
  return (
    <LonePage>
      <p role="status">Signing in …</p>
    </LonePage>
  );
}

/** The tab has a session, but the server does not answer. */
export function UnreachablePage({ error }: { readonly error: unknown }) {
  const store = useSessionStore();
  return (
    <LonePage>
      <Failed error={error} onRetry={() => void store.resume()} />
    </LonePage>
  );
}
