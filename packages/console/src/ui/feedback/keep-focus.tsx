import { type ReactNode, useEffect, useRef, useState } from 'react';
import { createFocusKeeper } from './focus-keeper.ts';

interface KeepFocusProps {
  readonly className?: string | undefined;
  readonly label: string;
  readonly children: ReactNode;
}

/**
 * Wraps controls that appear and disappear, and the dialogs they open. When a focused control disappears, the
 * focus moves here, or to the page's heading if all of this is gone; else the keyboard would start at the
 * top.
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
      // Events of dialogs also arrive here, although dialogs are elsewhere in the document.
      onFocus={({ target }) => keeper.entered(target)}
      onBlur={({ target, relatedTarget }) => keeper.left(target, relatedTarget)}
    >
      {children}
    </div>
  );
}
