import { announceFailure } from '../../actions/announce.ts';
import { useLeaving } from '../../page/leaving.ts';
import { useTokens } from '../../session/session.tsx';

/**
 * Signs out, and asks first if something is unsaved. Undefined where people sign out of the app around the
 * console.
 */
export function useSignOut(): (() => void) | undefined {
  const tokens = useTokens();
  const { leave } = useLeaving();
  if (tokens === undefined) return undefined;
  const signOut = (): void => {
    tokens.signOut().catch((error: unknown) => announceFailure('Could not sign out', error));
  };
  return () => leave({ go: signOut });
}
