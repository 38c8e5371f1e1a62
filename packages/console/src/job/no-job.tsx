import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { useRuns } from '../data/queries/queries.ts';
import { Page } from '../page/page.tsx';
import { useChoosing } from '../runs/table/choosing.ts';
import { PagedRuns } from '../runs/table/paged-runs.tsx';
import { useMay } from '../session/session.tsx';
import { Empty } from '../ui/feedback/states.tsx';
import { Panel } from '../ui/layout/panel.tsx';
import { Plain } from '../ui/text/text.tsx';

/** The pattern of a job id. */
const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

interface NoJobProps {
  readonly id: string;
  readonly back: ReactNode;
}

/** No job has this id now. Shows runs of a deleted one, which the server keeps for a while. */
export function NoJob({ id, back }: NoJobProps) {
  const { admin } = useMay();
  const isId = ID.test(id);
  return (
    <Page title="Job not found" back={back}>
      <Empty
        title="No job has this id"
        action={
          <Button component={Link} href={admin && isId ? '/jobs/new' : '/jobs'} variant="default">
            {admin && isId ? 'Create a job' : 'All jobs'}
          </Button>
        }
      >
        {isId ? (
          <>
            The server has no job <Plain>{id}</Plain>. Someone deleted it, or the id in the URL is wrong.
            <Link href={`/activity?job_id=${encodeURIComponent(id)}`}>Activity</Link> says who deleted it.
          </>
        ) : (
          <>
            <Plain>{id}</Plain> is not a valid job id. Ids consist of letters, digits, dots, underscores and
            hyphens.
          </>
        )}
      </Empty>
      {isId ? <RunsOfOld id={id} /> : null}
    </Page>
  );
}

function RunsOfOld({ id }: { readonly id: string }) {
  const query = useRuns({ job_id: id });
  const choosing = useChoosing();
  return (
    <Panel title="History of jobs with this id">
      <PagedRuns
        label={`Runs of jobs with the id ${id}`}
        query={query}
        choosing={choosing}
        none={
          <Empty title="No runs">
            No job with this id has run, or its runs were removed because of their age.
          </Empty>
        }
      />
    </Panel>
  );
}
