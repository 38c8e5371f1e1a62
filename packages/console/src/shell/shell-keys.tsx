import { useLocation } from 'wouter';
import { useKeys } from '../keyboard/keys.ts';
import { useMay } from '../session/session.tsx';

/** The keys that work on every page. Mounted before the page, so that the page's own keys win. */
export function ShellKeys({ onHelp }: { readonly onHelp: () => void }) {
  const [, navigate] = useLocation();
  const { admin } = useMay();
  useKeys([
    { key: '?', does: 'Keyboard shortcuts', run: onHelp },
    { key: 'o', does: 'Go to the overview', run: () => navigate('/'), isOnlyKey: true },
    { key: 'l', does: 'Go to the list of jobs', run: () => navigate('/jobs'), isOnlyKey: true },
    ...(admin ? [{ key: 'n', does: 'New job', run: () => navigate('/jobs/new') }] : []),
  ]);
  return null;
}
