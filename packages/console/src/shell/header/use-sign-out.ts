import { announceFailure } from '../../actions/announce.ts';
import { useLeaving } from '../../page/leaving.ts';
import { useTokens } from '../../session/session.tsx';
import { useConfig } from '../../ui/config/config.tsx';

/**
 * Signs out, and asks first if something is unsaved. Where people sign in to the app around the console, it
 * goes to the sign-out of that app; undefined if the app has given none.
 */
export function useSignOut(): (() => void) | undefined {
  const tokens = useTokens();
  const { signOutUrl } = useConfig();
  const { leave } = useLeaving();
  if (tokens === undefined)
    return signOutUrl === undefined
      ? undefined
      : () => leave({ go: () => window.location.assign(signOutUrl) });
  const signOut = (): void => {
    tokens.signOut().catch((error: unknown) => announceFailure('Could not sign out', error));
  };
  return () => leave({ go: signOut });
}
