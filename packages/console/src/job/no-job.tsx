import { Button } from '@mantine/core';
import { type ReactNode, useCallback, useMemo } from 'react';
import { Link } from 'wouter';
import { useRuns } from '../data/queries.ts';
import { Panel } from '../parts/panel.tsx';
import { Empty, Failed, Loading } from '../parts/states.tsx';
import { Plain } from '../parts/text.tsx';
import { useMay } from '../session/session.tsx';
import { Page } from '../shell/page.tsx';
import { EndOfRows } from './history.tsx';
import { RunTable } from './run-table.tsx';

/** What the server takes for the id of a job. */
const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

interface NoJobProps {
  readonly id: string;
  readonly back: ReactNode;
}

/** There is no job of that id: never was, or not any more. What it did is kept for a while. */
export function NoJob({ id, back }: NoJobProps) {
  const { admin } = useMay();
  const isId = ID.test(id);
  return (
    <Page title="No such job" back={back}>
      <Empty
        title="There is no job of this id"
        action={
          <Button component={Link} href={admin && isId ? '/jobs/new' : '/jobs'} variant="default">
            {admin && isId ? 'Create a new job' : 'See all jobs'}
          </Button>
        }
      >
        {isId ? (
          <>
            The server has no job <Plain>{id}</Plain>. It was deleted, or the address is mistyped. If it was
            deleted, the audit log tells admins by whom.
          </>
        ) : (
          <>
            <Plain>{id}</Plain> can't be the id of a job: ids have letters, digits, dots, underscores and
            hyphens only.
          </>
        )}
      </Empty>
      {isId ? <RunsOfOld id={id} /> : null}
    </Page>
  );
}

function RunsOfOld({ id }: { readonly id: string }) {
  const query = useRuns({ job_id: id });
  const { data, hasNextPage, isFetching, isFetchNextPageError, fetchNextPage } = query;
  const runs = useMemo(() => data?.pages.flatMap((page) => page.data), [data]);
  const more = useCallback(() => {
    if (hasNextPage && !isFetching && !isFetchNextPageError) void fetchNextPage();
  }, [hasNextPage, isFetching, isFetchNextPageError, fetchNextPage]);
  return (
    <Panel title="What jobs of this id did">
      {runs === undefined ? (
        query.isError ? (
          <Failed error={query.error} onRetry={() => void query.refetch()} />
        ) : (
          <Loading rows={5} />
        )
      ) : runs.length === 0 ? (
        <Empty title="No runs are kept of it">Either it never ran, or its runs are too old.</Empty>
      ) : (
        <RunTable
          label={`Runs of jobs with the id ${id}`}
          runs={runs}
          hasMore={hasNextPage}
          onNearEnd={more}
          end={
            <EndOfRows
              hasMore={hasNextPage}
              isBroken={isFetchNextPageError}
              onRetry={() => void fetchNextPage()}
            />
          }
        />
      )}
    </Panel>
  );
}
