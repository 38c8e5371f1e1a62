import type { ReactNode } from 'react';
import { BrandName } from '../config/brand-name.tsx';
import { useHasAccounts } from '../config/config.tsx';
import { Logo } from '../logo.tsx';
import { CONSOLE_VERSION } from '../version.ts';
import classes from './lone-page.module.css';

/** A page without header and navigation, for people who are not signed in. */
export function LonePage({ children }: { readonly children: ReactNode }) {
  const hasAccounts = useHasAccounts();
  return (
    <div className={classes.page}>
      <main className={classes.main}>
        <div className={classes.brand}>
          <Logo size={30} />
          <BrandName lastWord={classes.jobs} />
        </div>
        {children}
      </main>
      <footer className={classes.footer}>
        Console {CONSOLE_VERSION}
        {hasAccounts ? (
          <>
            {' '}
            · <a href="/docs">REST API</a>
          </>
        ) : null}
      </footer>
    </div>
  );
}
