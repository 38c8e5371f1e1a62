import { type ReactNode, useState } from 'react';
import classes from './fold.module.css';

interface FoldProps {
  readonly summary: ReactNode;
  readonly isOpen?: boolean;
  /** Renders the content only when it is first opened. Until then, the browser's search cannot find it. */
  readonly isLarge?: boolean;
  readonly children: ReactNode;
}

/** A collapsible block. The browser's search finds its content and opens it. */
export function Fold({ summary, isOpen = false, isLarge = false, children }: FoldProps) {
  const [isDrawn, setIsDrawn] = useState(isOpen || !isLarge);
  return (
    <details className={classes.fold} open={isOpen} onToggle={() => setIsDrawn(true)}>
      <summary className={classes.summary}>{summary}</summary>
      <div className={classes.body}>{isDrawn ? children : null}</div>
    </details>
  );
}
