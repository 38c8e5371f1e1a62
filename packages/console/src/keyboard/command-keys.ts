/** The keys that open the command palette, as the keyboard of this machine names them. */
export function commandKeys(): string {
  return /Mac|iPhone|iPad/.test(navigator.platform) ? '⌘K' : 'Ctrl K';
}

/** Whether a key press opens or closes the command palette. */
export function isCommandKey({ key, ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent): boolean {
  return key.toLowerCase() === 'k' && ctrlKey !== metaKey && !altKey && !shiftKey;
}

/** The attribute of the palette's dialog. */
export const PALETTE_MARK = 'data-palette';

/** Whether a dialog other than the palette is open. What it asks comes first. */
export function isDialogOpen(): boolean {
  return document.querySelector(`[aria-modal="true"]:not([${PALETTE_MARK}])`) !== null;
}
