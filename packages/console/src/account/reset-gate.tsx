import { lazy, type ReactNode, Suspense } from 'react';
import { useConfig } from '../ui/config/config.tsx';

const ResetPage = lazy(async () => ({ default: (await import('./reset-page.tsx')).ResetPage }));

/** Shows the page that a mailed link opens, whether signed in or not; on other pages its children. */
export function ResetGate({ children }: { readonly children: ReactNode }) {
  const { base, auth } = useConfig();
  const path = `${base}/reset-password`;
  if (auth !== 'password' || window.location.pathname !== path) return children;
  return (
    <Suspense>
      <ResetPage path={path} />
    </Suspense>
  );
}
