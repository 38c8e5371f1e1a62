import type { ReactNode } from 'react';
import classes from './text.module.css';

/**
 * A text that users wrote (an id, a name, a reason): isolated in its own direction, wrapped if needed, never
 * HTML.
 */
export function Plain({ children }: { readonly children: string }) {
  return (
    <bdi className={classes.plain} dir="auto">
      {children}
    </bdi>
  );
}

/**
 * The same for places that take no elements, such as a title: the text cannot reorder what stands beside it.
 */
export function isolated(text: string): string {
  return `\u2068${text}\u2069`;
}

/** Read by screen readers, and not shown. */
export function Spoken({ children }: { readonly children: ReactNode }) {
  return <span className={classes.spoken}>{children}</span>;
}
