import { useTicker } from '../clock/now.tsx';
import { useZone } from '../clock/zone.tsx';
import type { Viewer } from './schedule-text.ts';

/** The viewer for schedule texts: the page's zone and the current time. Does not tick. */
export function useViewer(): Viewer {
  const { zone } = useZone();
  const now = useTicker().exact();
  return zone === 'utc' ? { now, timeZone: 'UTC' } : { now };
}
