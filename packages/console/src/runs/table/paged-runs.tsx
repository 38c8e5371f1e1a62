import { Button } from '@mantine/core';
import { type ReactNode, useCallback, useMemo } from 'react';
import type { useJobRuns } from '../../data/queries/queries.ts';
import { Empty, Failed, Loading } from '../../ui/feedback/states.tsx';
import type { Choosing } from './choosing.ts';
import { ChosenNote } from './chosen-note.tsx';
import type { RunColumn } from './run-columns.tsx';
import { RunTable } from './run-table.tsx';
import { useContinuedSearch } from './use-continued-search.ts';

interface PagedRunsProps {
  /** The accessible name of the table. */
  readonly label: string;
  readonly query: ReturnType<typeof useJobRuns>;
  /** Shown if there are no runs. */
  readonly none: ReactNode;
  readonly maxAttempts?: number;
  readonly choosing: Choosing;
  readonly columns?: readonly RunColumn[];
  readonly isCompact?: boolean;
}

/** The runs read so far. Reads older ones when the user scrolls near the end. */
export function PagedRuns(props: PagedRunsProps) {
  const { label, query, none, maxAttempts, choosing, columns, isCompact } = props;
  const { data, hasNextPage, isFetching, isFetchNextPageError, fetchNextPage } = query;
  const search = useContinuedSearch(query);
  const runs = useMemo(() => data?.pages.flatMap((page) => page.data), [data]);
  const isAutomatic = hasNextPage && !search.isPartial;
  const more = useCallback(() => {
    if (isAutomatic && !isFetching && !isFetchNextPageError) void fetchNextPage();
  }, [isAutomatic, isFetching, isFetchNextPageError, fetchNextPage]);
  if (runs === undefined) {
    return query.isError ? (
      <Failed error={query.error} onRetry={() => void query.refetch()} />
    ) : (
      <Loading rows={6} />
    );
  }
  const end = (
    <EndOfRows
      hasMore={hasNextPage}
      isBroken={isFetchNextPageError}
      search={search}
      onRetry={() => void fetchNextPage()}
    />
  );
  if (runs.length === 0) return hasNextPage ? <Empty title="Nothing found so far">{end}</Empty> : none;
  return (
    <>
      <ChosenNote choosing={choosing} />
      <RunTable
        label={label}
        runs={runs}
        hasMore={hasNextPage}
        onNearEnd={more}
        isOutdated={query.isPlaceholderData}
        maxAttempts={maxAttempts}
        columns={columns}
        isCompact={isCompact}
        choosing={choosing}
        end={end}
      />
    </>
  );
}

interface EndOfRowsProps {
  readonly hasMore: boolean;
  readonly isBroken: boolean;
  readonly search: ReturnType<typeof useContinuedSearch>;
  readonly onRetry: () => void;
}

/** Shown below the last row. */
function EndOfRows({ hasMore, isBroken, search, onRetry }: EndOfRowsProps) {
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
  if (search.isPartial) {
    return (
      <>
        {search.isSearching ? 'Searching older runs…' : 'Only the newest runs are searched so far.'}{' '}
        <Button size="compact-sm" variant="default" onClick={search.isSearching ? search.stop : search.start}>
          {search.isSearching ? 'Stop' : 'Continue the search'}
        </Button>
      </>
    );
  }
  return hasMore ? 'Loading older runs…' : 'No older runs.';
}
