import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { Plain } from '../../ui/text/text.tsx';
import classes from './lists.module.css';

interface ListItemProps {
  readonly href: string;
  readonly name: string;
  /** At the right of the name. */
  readonly aside: ReactNode;
  readonly children?: ReactNode;
}

/** A job or run in a list of the overview: its name as a link, and the main fact beside it. */
export function ListItem({ href, name, aside, children }: ListItemProps) {
  return (
    <li className={classes.item}>
      <div className={classes.line}>
        <Link href={href} className={classes.name}>
          <Plain>{name}</Plain>
        </Link>
        {aside}
      </div>
      {children}
    </li>
  );
}
