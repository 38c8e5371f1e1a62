import { Button } from '@mantine/core';
import { type ReactNode, useCallback, useMemo } from 'react';
import type { useJobRuns } from '../../data/queries.ts';
import { Failed, Loading } from '../../ui/feedback/states.tsx';
import { RunTable } from './run-table.tsx';

interface PagedRunsProps {
  /** The accessible name of the table. */
  readonly label: string;
  readonly query: ReturnType<typeof useJobRuns>;
  /** Shown if there are no runs. */
  readonly none: ReactNode;
  readonly maxAttempts?: number;
}

/** The runs read so far. Reads older ones when the user scrolls near the end. */
export function PagedRuns({ label, query, none, maxAttempts }: PagedRunsProps) {
  const { data, hasNextPage, isFetching, isFetchNextPageError, fetchNextPage } = query;
  const runs = useMemo(() => data?.pages.flatMap((page) => page.data), [data]);
  const more = useCallback(() => {
    if (hasNextPage && !isFetching && !isFetchNextPageError) void fetchNextPage();
  }, [hasNextPage, isFetching, isFetchNextPageError, fetchNextPage]);
  if (runs === undefined) {
    return query.isError ? (
      <Failed error={query.error} onRetry={() => void query.refetch()} />
    ) : (
      <Loading rows={6} />
    );
  }
  if (runs.length === 0) return none;
  return (
    <RunTable
      label={label}
      runs={runs}
      hasMore={hasNextPage}
      onNearEnd={more}
      isOutdated={query.isPlaceholderData}
      maxAttempts={maxAttempts}
      end={
        <EndOfRows
          hasMore={hasNextPage}
          isBroken={isFetchNextPageError}
          onRetry={() => void fetchNextPage()}
        />
      }
    />
  );
}

interface EndOfRowsProps {
  readonly hasMore: boolean;
  readonly isBroken: boolean;
  readonly onRetry: () => void;
}

/** Shown below the last row. */
function EndOfRows({ hasMore, isBroken, onRetry }: EndOfRowsProps) {
  if (isBroken) {
    return (
      <>
        Older runs could not be loaded.{' '}
        <Button size="compact-sm" variant="default" onClick={onRetry}>
          Try again
        </Button>
      </>
    );
  }
  return hasMore ? 'Loading older runs…' : 'No older runs.';
}
