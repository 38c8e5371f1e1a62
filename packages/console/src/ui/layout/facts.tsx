import type { ReactNode } from 'react';
import classes from './facts.module.css';

/** A list of names and values. */
export function Facts({ children }: { readonly children: ReactNode }) {
  return <dl className={classes.facts}>{children}</dl>;
}

interface FactProps {
  readonly name: string;
  /** Explains the name. */
  readonly help?: ReactNode;
  readonly children: ReactNode;
}

export function Fact({ name, help, children }: FactProps) {
  return (
    <div className={classes.fact}>
      <dt className={classes.name}>
        {name}
        {help}
      </dt>
      <dd className={classes.value}>{children}</dd>
    </div>
  );
}
