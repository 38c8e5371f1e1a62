import { Text } from '@mantine/core';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { navigate } from 'wouter/use-browser-location';
import { type LeaveTarget, useLeaving } from '../page/leaving.ts';
import { Confirm } from '../ui/feedback/confirm.tsx';

export interface LeaveGuard {
  /** Asks whether to leave. The page renders it. */
  readonly dialog: ReactNode;
  /** Turns the guard off, once everything is saved. */
  readonly allowLeaving: () => void;
}

/**
 * Asks before the user leaves a page with unsaved changes: by a link, a key, the Back button, signing out or
 * closing the tab.
 */
export function useLeaveGuard(isDirty: boolean): LeaveGuard {
  const isArmed = useRef(false);
  const leaving = useLeaving();
  const [way, setWay] = useState<LeaveTarget>();
  useEffect(() => {
    isArmed.current = isDirty;
    if (!isDirty) return;
    const stop = watch({ isArmed: () => isArmed.current, ask: setWay });
    const takeAway = leaving.guard((to) => (isArmed.current ? setWay(to) : to.go()));
    return () => {
      isArmed.current = false;
      stop();
      takeAway();
    };
  }, [isDirty, leaving]);
  const allowLeaving = () => {
    isArmed.current = false;
  };
  const leave = () => {
    allowLeaving();
    setWay(undefined);
    way?.go();
  };
  const dialog = (
    <Confirm
      opened={way !== undefined}
      onClose={() => setWay(undefined)}
      onConfirm={leave}
      title="Leave without saving?"
      confirmLabel="Discard changes"
      danger
    >
      <Text size="sm">Your changes on this page are not saved. If you leave, they are lost.</Text>
    </Confirm>
  );
  return { dialog, allowLeaving };
}

interface Watch {
  readonly isArmed: () => boolean;
  readonly ask: (way: LeaveTarget) => void;
}

function watch(guard: Watch): () => void {
  const onUnload = (event: BeforeUnloadEvent) => {
    if (guard.isArmed()) event.preventDefault();
  };
  window.addEventListener('beforeunload', onUnload);
  const stopWithin = 'navigation' in window ? watchNavigation(guard) : watchLinks(guard);
  return () => {
    window.removeEventListener('beforeunload', onUnload);
    stopWithin();
  };
}

/** Watches every navigation within the console, including `history.pushState` and the Back button. */
function watchNavigation({ isArmed, ask }: Watch): () => void {
  const onNavigate = (event: NavigateEvent) => {
    const { cancelable, hashChange, downloadRequest, navigationType } = event;
    const { sameDocument, url, key } = event.destination;
    const isWithinPage = hashChange || url === location.href;
    if (!isArmed() || !cancelable || !sameDocument || isWithinPage || downloadRequest !== null) return;
    event.preventDefault();
    // Going back in the history must not add an entry.
    const go = () => void (navigationType === 'traverse' ? window.navigation.traverseTo(key) : navigate(url));
    ask({ go });
  };
  window.navigation.addEventListener('navigate', onNavigate);
  return () => window.navigation.removeEventListener('navigate', onNavigate);
}

/** For browsers without the Navigation API: handles plain clicks on links before other listeners. */
function watchLinks({ isArmed, ask }: Watch): () => void {
  const onClick = (event: MouseEvent) => {
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    const isPlain =
      event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (link === null || !isPlain || !isArmed() || link.target === '_blank') return;
    const url = new URL(link.href, location.href);
    const isElsewhere = url.origin !== location.origin || url.pathname === location.pathname;
    // `beforeunload` handles other sites, and a link within this page does not leave it.
    if (isElsewhere) return;
    event.preventDefault();
    event.stopPropagation();
    ask({ go: () => navigate(url.href) });
  };
  document.addEventListener('click', onClick, { capture: true });
  return () => document.removeEventListener('click', onClick, { capture: true });
}
