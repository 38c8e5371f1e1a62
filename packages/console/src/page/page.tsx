import { Title } from '@mantine/core';
import { type ReactNode, useContext, useEffect, useLayoutEffect, useRef } from 'react';
import { useDocumentTitle } from '../ui/config/document-title.ts';
import { KeepFocus } from '../ui/feedback/keep-focus.tsx';
import { isolated, Plain } from '../ui/text/text.tsx';
import { ArrivalContext } from './arrival.ts';
import classes from './page.module.css';

interface PageProps {
  /** The heading and the document's title. */
  readonly title: string;
  /** Above the heading: a link back, such as to the list. */
  readonly back?: ReactNode;
  /** Beside the heading: badges. */
  readonly marks?: ReactNode;
  /** Below the heading: one line. */
  readonly lead?: ReactNode;
  /** At the right of the heading: buttons. */
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** A page of the console. Its heading gets the focus when the user navigates to it. */
export function Page({ title, back, marks, lead, actions, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const arrival = useContext(ArrivalContext);
  useDocumentTitle(isolated(title));
  useEffect(() => {
    if (!arrival.isDue()) return;
    window.scrollTo(0, 0);
    heading.current?.focus({ preventScroll: true });
  }, [arrival]);
  useLayoutEffect(
    () => () => {
      // The page is rendered again once its data has loaded. The heading keeps the focus.
      if (heading.current === document.activeElement) arrival.left();
    },
    [arrival],
  );
  return (
    <div className={classes.page}>
      <header className={classes.header}>
        <div className={classes.titles}>
          {back === undefined ? null : <div className={classes.back}>{back}</div>}
          <div className={classes.titleLine}>
            <Title order={1} ref={heading} tabIndex={-1} className={classes.title}>
              <Plain>{title}</Plain>
            </Title>
            {marks}
          </div>
          {lead === undefined ? null : <div className={classes.lead}>{lead}</div>}
        </div>
        {actions === undefined ? null : (
          <KeepFocus className={classes.actions} label="Actions">
            {actions}
          </KeepFocus>
        )}
      </header>
      {children}
    </div>
  );
}
