import { lazy } from 'react';
import { useAllPaused } from '../data/queries/queries.ts';
import { OnDemand } from './on-demand.tsx';

// Most visits never see it.
const PausedBanner = lazy(async () => ({
  default: (await import('../all-paused/paused-banner.tsx')).PausedBanner,
}));

/** Says on each page that all jobs are paused, why, and until when. */
export function AllPausedBanner() {
  const { data: pause = null } = useAllPaused();
  return <OnDemand isWanted={pause !== null}>{() => <PausedBanner pause={pause} />}</OnDemand>;
}
