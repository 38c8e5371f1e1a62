import { useLive } from '../live/live.tsx';
import { Ago } from '../ui/instant/instant.tsx';
import { Banner } from './banner.tsx';

/** Says since when the page is out of date. */
export function FreshnessBanner() {
  const live = useLive();
  if (live.kind === 'offline') {
    return (
      <Banner tone="bad">
        The server does not answer, and what you see is no longer as of now: the stream broke{' '}
        <Ago at={new Date(live.since).toISOString()} />. It goes on by itself once the server is back.
      </Banner>
    );
  }
  if (live.kind === 'polling') {
    return (
      <Banner tone="warning">
        The server gives no event stream at the moment: all of them may be in use. The page is read anew every
        5 seconds instead.
      </Banner>
    );
  }
  return null;
}
