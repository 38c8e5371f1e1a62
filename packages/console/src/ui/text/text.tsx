import type { ReactNode } from 'react';
import classes from './text.module.css';

/**
 * A text that users wrote (an id, a name, a reason): in its own direction, broken where it must be, never as
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
 * The same for a place that takes no elements, such as a title: the text can't turn round what stands beside
 * it.
 */
export function isolated(text: string): string {
  return `\u2068${text}\u2069`;
}

/** Said to those who hear the page, and shown to nobody. */
export function Spoken({ children }: { readonly children: ReactNode }) {
  return <span className={classes.spoken}>{children}</span>;
}
