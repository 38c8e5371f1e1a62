import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from 'react';
import { createTicker, type Ticker } from './ticker.ts';

const TickerContext = createContext<Ticker | undefined>(undefined);

/** Gives all below it one clock; it stands still while the tab is hidden. */
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

/** The clock itself, for what sets it. */
export function useTicker(): Ticker {
  const ticker = useContext(TickerContext);
  if (ticker === undefined) throw new Error('There is no NowProvider above.');
  return ticker;
}

/** The time by the server's clock, in ms; draws anew once a second. */
export function useNow(): number {
  const ticker = useTicker();
  return useSyncExternalStore(ticker.subscribe, ticker.now);
}
