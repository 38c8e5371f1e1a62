import type { ReactNode } from 'react';
import { WarningIcon } from '../../ui/icons.tsx';
import classes from './fields.module.css';

interface NoticeProps {
  readonly title: string;
  readonly children: ReactNode;
}

/** Something to know before continuing. Screen readers announce it when it appears. */
export function Notice({ title, children }: NoticeProps) {
  return (
    <div className={classes.notice} role="status">
      <span className={classes.noticeIcon}>
        <WarningIcon size={18} />
      </span>
      <div className={classes.noticeText}>
        <p className={classes.noticeTitle}>{title}</p>
        {children}
      </div>
    </div>
  );
}
