import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { Plain } from '../../ui/text/text.tsx';
import classes from './lists.module.css';

interface ListItemProps {
  readonly href: string;
  readonly name: string;
  /** More about the name, such as an id. */
  readonly title?: string;
  /** At the right of the name. */
  readonly aside: ReactNode;
  readonly children?: ReactNode;
}

/** A job or run in a list of the overview: its name as a link, and the main fact beside it. */
export function ListItem({ href, name, title, aside, children }: ListItemProps) {
  return (
    <li className={classes.item}>
      <div className={classes.line}>
        <Link href={href} className={classes.name} title={title}>
          <Plain>{name}</Plain>
        </Link>
        {aside}
      </div>
      {children}
    </li>
  );
}
