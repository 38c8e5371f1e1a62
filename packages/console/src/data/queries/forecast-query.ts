import { type ForecastQuery, getForecast } from '@greenvue/jobs/client';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useConnection, useIsSignedIn } from '../../session/session.tsx';
import { queryKeys } from './query-keys.ts';

/** Time moves the window on. Edits and pauses are events. */
const FORECAST_EVERY_MS = 60_000;

/** The runs to come. The last answer stays while the next one loads. */
export function useForecast(query: ForecastQuery) {
  const connection = useConnection();
  const isSignedIn = useIsSignedIn();
  return useQuery({
    queryKey: queryKeys.forecast(query),
    queryFn: ({ signal }) => getForecast(connection, query, { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: isSignedIn ? FORECAST_EVERY_MS : false,
  });
}
