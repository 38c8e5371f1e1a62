import { Button } from '@mantine/core';
import { useServerVersion } from '../data/queries/queries.ts';
import { useHasAccounts } from '../ui/config/config.tsx';
import { isOfAnotherVersion } from '../ui/feedback/fault-words.ts';
import { Banner } from '../ui/layout/banner.tsx';
import { CONSOLE_VERSION } from '../ui/version.ts';

/** Says when the server has another version than this page. */
export function VersionBanner() {
  const { data: version = null, error } = useServerVersion();
  // Another app has versions of its own.
  const isGreenVue = useHasAccounts();
  if (isOfAnotherVersion(error)) {
    return (
      <Banner tone="warning" action={<ReloadButton />}>
        The server has another version than this page ({CONSOLE_VERSION}), so parts of the page may be
        missing. Reload the page.
      </Banner>
    );
  }
  if (!isGreenVue || version === null || version === CONSOLE_VERSION) return null;
  return (
    <Banner tone="warning" action={<ReloadButton />}>
      This page has version {CONSOLE_VERSION}, the server has version {version || 'unknown'}. Reload the page;
      until then, parts of it may be missing.
    </Banner>
  );
}

/** Replaces the banners when they cannot be rendered, which has the same cause. */
export function BrokenBanner() {
  return (
    <Banner tone="warning" action={<ReloadButton />}>
      This page (version {CONSOLE_VERSION}) cannot read the server's status, because the server has another
      version. Reload the page.
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
