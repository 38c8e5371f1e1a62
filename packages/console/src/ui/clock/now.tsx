import { createContext, type ReactNode, useEffect, useState, useSyncExternalStore } from 'react';
import { useRequired } from '../required-context.ts';
import { createTicker, type Ticker } from './ticker.ts';

const TickerContext = createContext<Ticker | undefined>(undefined);

/** Provides one clock for everything below it. The clock stops while the tab is hidden. */
export function NowProvider({ children }: { readonly children: ReactNode }) {
  const [ticker] = useState(() =>
    createTicker({
      now: () => Date.now(),
      setTimer: (run, ms) => window.setTimeout(run, ms),
      clearTimer: (timer) => window.clearTimeout(timer),
    }),
  );
  useEffect(() => {
    const follow = (): void => ticker.setPaused(document.hidden);
    follow();
    document.addEventListener('visibilitychange', follow);
    return () => document.removeEventListener('visibilitychange', follow);
  }, [ticker]);
  return <TickerContext value={ticker}>{children}</TickerContext>;
}

/** The clock itself, for code that sets it or reads it without ticking. */
export function useTicker(): Ticker {
  return useRequired(TickerContext, 'NowProvider');
}

/** The server's time in ms. The component renders again every second. */
export function useNow(): number {
  const ticker = useTicker();
  return useSyncExternalStore(ticker.subscribe, ticker.now);
}
