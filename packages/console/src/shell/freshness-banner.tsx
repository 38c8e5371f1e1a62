import { useLive } from '../live/live.tsx';
import { Ago } from '../ui/instant/instant.tsx';
import { Banner } from '../ui/layout/banner.tsx';

/** Says since when the page is out of date. */
export function FreshnessBanner() {
  const live = useLive();
  if (live.kind === 'offline') {
    return (
      <Banner tone="bad">
        The server does not answer. This page has not been updated since the connection broke{' '}
        <Ago at={new Date(live.since).toISOString()} />. It continues when the server is back.
      </Banner>
    );
  }
  if (live.kind === 'polling') {
    return (
      <Banner tone="warning">
        The server sends no live events now, perhaps because all its event streams are in use. This page
        reloads its data every 5 seconds instead.
      </Banner>
    );
  }
  return null;
}
