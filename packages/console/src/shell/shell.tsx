import { AppShell } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { lazy, type ReactNode, Suspense, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { AllDrainedBanner } from '../nodes/all-drained-banner.tsx';
import { ArrivalContext, createArrival } from '../page/arrival.ts';
import { createLeaving, LeavingContext } from '../page/leaving.ts';
import { PageBoundary } from '../page/page-boundary.tsx';
import { Boundary } from '../ui/feedback/boundary.tsx';
import { AllPausedBanner } from './all-paused-banner.tsx';
import { FreshnessBanner } from './freshness-banner.tsx';
import { Header } from './header/header.tsx';
import { OnDemand } from './on-demand.tsx';
import { useServerClock } from './server-clock.ts';
import classes from './shell.module.css';
import { ShellKeys } from './shell-keys.tsx';
import { useCommandKey } from './use-command-key.ts';
import { BrokenBanner, VersionBanner } from './version-banner.tsx';

const HEADER_HEIGHT = 52;

// Most visits never open them.
const HelpDialog = lazy(async () => ({ default: (await import('./help-dialog.tsx')).HelpDialog }));
const Palette = lazy(async () => ({ default: (await import('../palette/palette.tsx')).Palette }));
// Wide screens never need it.
const PhoneMenu = lazy(async () => ({ default: (await import('./header/phone-menu.tsx')).PhoneMenu }));

/** The frame around each page: header, navigation, banners, help. */
export function Shell({ children }: { readonly children: ReactNode }) {
  const [location] = useLocation();
  const [isMenuOpen, menu] = useDisclosure(false);
  const [isHelpOpen, help] = useDisclosure(false);
  const [isSearchOpen, search] = useDisclosure(false);
  const arrival = useArrivals(location);
  const [leaving] = useState(createLeaving);
  useServerClock();
  useCommandKey(search.toggle);
  return (
    <LeavingContext value={leaving}>
      <ArrivalContext value={arrival}>
        <ShellKeys onHelp={help.open} />
        <a className={classes.skip} href="#main">
          Skip to content
        </a>
        <AppShell
          header={{ height: HEADER_HEIGHT }}
          navbar={{ width: 280, breakpoint: 'md', collapsed: { desktop: true, mobile: !isMenuOpen } }}
          padding={{ base: 'md', sm: 'lg' }}
          transitionDuration={0}
        >
          <AppShell.Header className={classes.header}>
            <Header isMenuOpen={isMenuOpen} onMenu={menu.toggle} onHelp={help.open} onSearch={search.open} />
          </AppShell.Header>
          {isMenuOpen ? (
            <AppShell.Navbar className={classes.navbar} hiddenFrom="md">
              <Boundary fallback={() => <BrokenBanner />}>
                <Suspense>
                  <PhoneMenu onHelp={help.open} onSearch={search.open} onDone={menu.close} />
                </Suspense>
              </Boundary>
            </AppShell.Navbar>
          ) : null}
          <AppShell.Main id="main" tabIndex={-1} className={classes.main}>
            <Boundary fallback={() => <BrokenBanner />}>
              <FreshnessBanner />
              <VersionBanner />
              <AllPausedBanner />
              <AllDrainedBanner />
            </Boundary>
            <PageBoundary key={location}>{children}</PageBoundary>
          </AppShell.Main>
        </AppShell>
        <OnDemand isWanted={isHelpOpen}>
          {(isOpen) => <HelpDialog opened={isOpen} onClose={help.close} />}
        </OnDemand>
        <OnDemand isWanted={isSearchOpen}>
          {(isOpen) => <Palette opened={isOpen} onClose={search.close} />}
        </OnDemand>
      </ArrivalContext>
    </LeavingContext>
  );
}

/** Records a navigation before the new page appears. */
function useArrivals(location: string) {
  const [arrival] = useState(createArrival);
  const last = useRef(location);
  if (last.current !== location) {
    last.current = location;
    arrival.left();
  }
  return arrival;
}
