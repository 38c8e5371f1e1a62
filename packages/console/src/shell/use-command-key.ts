import { useEffect } from 'react';
import { isCommandKey, isDialogOpen } from '../keyboard/command-keys.ts';

/** Opens or closes the command palette with Ctrl+K or Cmd+K, also while the user types in a field. */
export function useCommandKey(onToggle: () => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (!isCommandKey(event) || isDialogOpen()) return;
      // Browsers search the web with these keys.
      event.preventDefault();
      onToggle();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [onToggle]);
}
