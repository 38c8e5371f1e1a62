import type { ReactNode } from 'react';
import { WarningIcon } from '../icons.tsx';
import classes from './banner.module.css';

interface BannerProps {
  readonly tone: 'warning' | 'bad';
  readonly action?: ReactNode;
  readonly children: ReactNode;
}

/** A line above the page that concerns all of it. */
export function Banner({ tone, action, children }: BannerProps) {
  return (
    <div className={classes.banner} data-tone={tone} role="status">
      <span className={classes.icon}>
        <WarningIcon />
      </span>
      <div className={classes.text}>{children}</div>
      {action}
    </div>
  );
}
