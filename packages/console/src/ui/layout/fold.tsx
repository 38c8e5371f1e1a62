import { type ReactNode, useState } from 'react';
import classes from './fold.module.css';

interface FoldProps {
  readonly summary: ReactNode;
  readonly isOpen?: boolean;
  /** Drawn only once it is unfolded: the browser can't find what is in it before. */
  readonly isLarge?: boolean;
  readonly children: ReactNode;
}

/** A block that is unfolded by its summary. The browser finds what is in it, and unfolds it then. */
export function Fold({ summary, isOpen = false, isLarge = false, children }: FoldProps) {
  const [isDrawn, setIsDrawn] = useState(isOpen || !isLarge);
  return (
    <details className={classes.fold} open={isOpen} onToggle={() => setIsDrawn(true)}>
      <summary className={classes.summary}>{summary}</summary>
      <div className={classes.body}>{isDrawn ? children : null}</div>
    </details>
  );
}
