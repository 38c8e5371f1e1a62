import { useEffect } from 'react';
import { useStats } from '../data/queries.ts';
import { useTicker } from '../ui/clock/now.tsx';

// What a request takes is no difference of clocks.
const NOTICED_MS = 2_000;

/** Countdowns go by the server's clock: the browser's may be minutes off. */
export function useServerClock(): void {
  const ticker = useTicker();
  const { data, dataUpdatedAt } = useStats();
  useEffect(() => {
    if (data === undefined) return;
    const offset = Date.parse(data.now) - dataUpdatedAt;
    ticker.setOffset(Math.abs(offset) < NOTICED_MS ? 0 : offset);
  }, [data, dataUpdatedAt, ticker]);
}
