/** Watches over the focus in a part of a page whose controls come and go. */
interface FocusKeeper {
  /** An element of it, or of a dialog that it has opened, has the focus. */
  readonly entered: (element: HTMLElement) => void;
  /** The element has lost it, to another one or to none. */
  readonly left: (element: HTMLElement, to: EventTarget | null) => void;
  readonly stop: () => void;
}

/** `home`: what gets the focus when the element that had it is gone. */
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
      // A button is disabled while it works. A dialog gives the focus back by itself.
    } else if (!last.matches(':disabled, [role="dialog"] *')) last.focus({ preventScroll: true });
  };
  return {
    entered: (element) => {
      last = element;
      observer.observe(document.body, { childList: true, subtree: true, attributeFilter: ['disabled'] });
    },
    left: (element, to) => {
      // Who presses beside all controls wants to be nowhere.
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
