/** Watches the focus in a part of a page whose controls appear and disappear. */
interface FocusKeeper {
  /** An element inside, or in a dialog that it opened, got the focus. */
  readonly entered: (element: HTMLElement) => void;
  /** The element lost the focus, to another element or to none. */
  readonly left: (element: HTMLElement, to: EventTarget | null) => void;
  readonly stop: () => void;
}

/** `home` gets the focus when the focused element disappears. */
export function createFocusKeeper(home: () => HTMLElement | null): FocusKeeper {
  let last: HTMLElement | undefined;
  const observer = new MutationObserver(() => look());
  const forget = (): void => {
    last = undefined;
    observer.disconnect();
  };
  const look = (): void => {
    if (last === undefined || document.activeElement === last) return;
    if (document.activeElement !== document.body) return forget();
    if (!last.isConnected) {
      forget();
      focusHome(home());
      // A button is disabled while its action runs. A dialog returns the focus itself.
    } else if (!last.matches(':disabled, [role="dialog"] *')) last.focus({ preventScroll: true });
  };
  return {
    entered: (element) => {
      last = element;
      observer.observe(document.body, { childList: true, subtree: true, attributeFilter: ['disabled'] });
    },
    left: (element, to) => {
      // A click outside of all controls means that the user wants no focus.
      if (to !== null || (element.isConnected && !element.matches(':disabled'))) forget();
    },
    stop: () => {
      look();
      forget();
    },
  };
}

function focusHome(home: HTMLElement | null): void {
  home?.focus({ preventScroll: true });
  if (document.activeElement === document.body)
    document.querySelector<HTMLElement>('main h1')?.focus({ preventScroll: true });
}
