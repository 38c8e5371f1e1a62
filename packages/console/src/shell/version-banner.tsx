import { Button } from '@mantine/core';
import { useStats } from '../data/queries.ts';
import { isOfAnotherVersion } from '../ui/feedback/fault-words.ts';
import { CONSOLE_VERSION } from '../ui/version.ts';
import { Banner } from './banner.tsx';

/** Says when the server has another version than this page. */
export function VersionBanner() {
  const { data, error } = useStats();
  if (isOfAnotherVersion(error)) {
    return (
      <Banner tone="warning" action={<ReloadButton />}>
        The server does not know what this page (version {CONSOLE_VERSION}) asks it: it is older or newer.
        Some of the page may be missing.
      </Banner>
    );
  }
  const [answering] = data?.nodes ?? [];
  if (answering === undefined || answering.version === CONSOLE_VERSION) return null;
  return (
    <Banner tone="warning" action={<ReloadButton />}>
      This page is of version {CONSOLE_VERSION}, the server of version {answering.version || 'unknown'}.
      Reload the page to get the one that goes with the server; until then, some of it may be missing.
    </Banner>
  );
}

/** Replaces the banners when they cannot be rendered, which has the same cause. */
export function BrokenBanner() {
  return (
    <Banner tone="warning" action={<ReloadButton />}>
      What the server tells of itself makes no sense to this page (version {CONSOLE_VERSION}): it is older or
      newer. Reload the page to get the one that goes with it.
    </Banner>
  );
}

function ReloadButton() {
  return (
    <Button size="compact-sm" variant="default" onClick={() => window.location.reload()}>
      Reload
    </Button>
  );
}
