import { useHotkeys } from '@mantine/hooks';
import type { RefObject } from 'react';

/** The name of the save key on this system. */
export function saveKey(userAgent: string = navigator.userAgent): string {
  return /Mac|iPhone|iPad/.test(userAgent) ? '⌘+Enter' : 'Ctrl+Enter';
}

/** Ctrl+Enter or ⌘+Enter saves `form`, wherever the focus is, unless a dialog covers it. */
export function useSaveKey(save: () => void, form: RefObject<HTMLElement | null>): void {
  const press = (event: KeyboardEvent) => {
    const dialogs = [...document.querySelectorAll('[aria-modal="true"]')];
    const isCovered = dialogs.some((dialog) => !dialog.contains(form.current));
    // A key held down would confirm the dialog that it just opened.
    if (!event.repeat && !isCovered) save();
  };
  useHotkeys([['mod+Enter', press]], []);
}
