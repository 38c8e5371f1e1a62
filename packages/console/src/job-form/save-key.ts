import { useHotkeys } from '@mantine/hooks';

/** How the keys that save are written on this machine's keyboard. */
export function saveKey(userAgent: string = navigator.userAgent): string {
  return /Mac|iPhone|iPad/.test(userAgent) ? '⌘+Enter' : 'Ctrl+Enter';
}

/** Ctrl+Enter, or ⌘+Enter, saves, wherever the focus is. */
export function useSaveKey(save: () => void, isOn: boolean): void {
  const press = (event: KeyboardEvent) => {
    // Keys that are held down would answer the dialog that they have just opened.
    if (!event.repeat) save();
  };
  useHotkeys(isOn ? [['mod+Enter', press]] : [], []);
}
