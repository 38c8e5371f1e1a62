import { useEffect } from 'react';
import { useStats } from '../data/queries/queries.ts';
import { useTicker } from '../ui/clock/now.tsx';

// A smaller difference may be the time of the request.
const NOTICED_MS = 2_000;

/** Sets the page's clock from the server: the browser's may be minutes off. */
export function useServerClock(): void {
  const ticker = useTicker();
  const { data, dataUpdatedAt } = useStats();
  useEffect(() => {
    if (data === undefined) return;
    const offset = Date.parse(data.now) - dataUpdatedAt;
    ticker.setOffset(Math.abs(offset) < NOTICED_MS ? 0 : offset);
  }, [data, dataUpdatedAt, ticker]);
}
