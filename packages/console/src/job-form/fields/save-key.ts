import { useHotkeys } from '@mantine/hooks';
import type { RefObject } from 'react';

/** How the keys that save are written on this machine's keyboard. */
export function saveKey(userAgent: string = navigator.userAgent): string {
  return /Mac|iPhone|iPad/.test(userAgent) ? '⌘+Enter' : 'Ctrl+Enter';
}

/**
 * Ctrl+Enter, or ⌘+Enter, saves what stands in `form`, wherever the focus is; not while a dialog lies over
 * it.
 */
export function useSaveKey(save: () => void, form: RefObject<HTMLElement | null>): void {
  const press = (event: KeyboardEvent) => {
    const dialogs = [...document.querySelectorAll('[aria-modal="true"]')];
    const isCovered = dialogs.some((dialog) => !dialog.contains(form.current));
    // Keys that are held down would answer the dialog that they have just opened.
    if (!event.repeat && !isCovered) save();
  };
  useHotkeys([['mod+Enter', press]], []);
}
