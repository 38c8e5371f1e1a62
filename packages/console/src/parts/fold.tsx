import type { ReactNode } from 'react';
import classes from './fold.module.css';

interface FoldProps {
  readonly summary: ReactNode;
  readonly isOpen?: boolean;
  readonly children: ReactNode;
}

/** A block that is unfolded by its summary. The browser finds what is in it, and unfolds it then. */
export function Fold({ summary, isOpen = false, children }: FoldProps) {
  return (
    <details className={classes.fold} open={isOpen}>
      <summary className={classes.summary}>{summary}</summary>
      <div className={classes.body}>{children}</div>
    </details>
  );
}
