import type { ReactNode } from 'react';
import { Logo } from '../logo.tsx';
import { CONSOLE_VERSION } from '../version.ts';
import classes from './lone-page.module.css';

/** A page without header and navigation, for people who are not signed in. */
export function LonePage({ children }: { readonly children: ReactNode }) {
  return (
    <div className={classes.page}>
      <main className={classes.main}>
        <div className={classes.brand}>
          <Logo size={30} />
          <span>
            GreenVue <span className={classes.jobs}>jobs</span>
          </span>
        </div>
        {children}
      </main>
      <footer className={classes.footer}>
        Console {CONSOLE_VERSION} · <a href="/docs">REST API</a>
      </footer>
    </div>
  );
}
