import { type ReactNode, useEffect, useRef, useState } from 'react';
import { createFocusKeeper } from './focus-keeper.ts';

interface KeepFocusProps {
  readonly className?: string | undefined;
  readonly label: string;
  readonly children: ReactNode;
}

/**
 * Around controls that come and go, and the dialogs that they open. Whoever presses one that vanishes stays
 * here; if all of it has vanished, at the heading of the page. Else the keyboard would begin anew at the top.
 */
export function KeepFocus({ className, label, children }: KeepFocusProps) {
  const box = useRef<HTMLDivElement>(null);
  const [keeper] = useState(() => createFocusKeeper(() => box.current));
  useEffect(() => () => keeper.stop(), [keeper]);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for the fields of a form
    <div
      ref={box}
      className={className}
      role="group"
      aria-label={label}
      tabIndex={-1}
      // These come from dialogs as well, which lie elsewhere in the document.
      onFocus={({ target }) => keeper.entered(target)}
      onBlur={({ target, relatedTarget }) => keeper.left(target, relatedTarget)}
    >
      {children}
    </div>
  );
}
