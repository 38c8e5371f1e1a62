import { useTicker } from '../clock/now.tsx';
import { useZone } from '../clock/zone.tsx';
import type { Viewer } from './schedule-text.ts';

/** For whom schedules are put into words: in the zone of the page, as of now. It does not tick. */
export function useViewer(): Viewer {
  const { zone } = useZone();
  const now = useTicker().exact();
  return zone === 'utc' ? { now, timeZone: 'UTC' } : { now };
}
