import { useTicker } from './now.tsx';
import type { Viewer } from './schedule-text.ts';
import { useZone } from './zone.tsx';

/** For whom schedules are put into words: in the zone of the page, as of now. It does not tick. */
export function useViewer(): Viewer {
  const { zone } = useZone();
  const now = useTicker().exact();
  return zone === 'utc' ? { now, timeZone: 'UTC' } : { now };
}
