import type { Job, Run } from '@greenvue/jobs/client';
import { Button, NativeSelect } from '@mantine/core';
import type { ReactNode } from 'react';
import { useSearchParams } from 'wouter';
import { RUNS_PAGE, useJobRuns } from '../../data/queries/queries.ts';
import { useChoosing } from '../../runs/table/choosing.ts';
import { PagedRuns } from '../../runs/table/paged-runs.tsx';
import { Empty } from '../../ui/feedback/states.tsx';
import { Panel } from '../../ui/layout/panel.tsx';
import { endText } from '../../ui/schedule/schedule-text.ts';
import { RUN_STATUSES } from '../../ui/status/statuses.ts';

const CHOICES = [
  { value: '', label: 'All runs' },
  ...RUN_STATUSES.map((status) => ({ value: status, label: status })),
];

interface HistoryProps {
  readonly job: Job;
  /** Above the runs: what they do not show. */
  readonly note: ReactNode;
}

/** A job's runs, newest first. The filter is in the URL. */
export function History({ job, note }: HistoryProps) {
  const [search, setSearch] = useSearchParams();
  const status = RUN_STATUSES.find((known) => known === search.get('status'));
  const choose = (chosen: string): void => {
    setSearch(
      (before) => {
        const after = new URLSearchParams(before);
        if (chosen === '') after.delete('status');
        else after.set('status', chosen);
        return after;
      },
      { replace: true },
    );
  };
  return (
    <Panel
      title="History"
      aside={
        <NativeSelect
          aria-label="Filter by status"
          data={CHOICES}
          value={status ?? ''}
          onChange={(event) => choose(event.currentTarget.value)}
        />
      }
    >
      {note}
      <Rows job={job} status={status} onAll={() => choose('')} />
    </Panel>
  );
}

interface RowsProps {
  readonly job: Job;
  readonly status: Run['status'] | undefined;
  readonly onAll: () => void;
}

function Rows({ job, status, onAll }: RowsProps) {
  const query = useJobRuns(job.id, status === undefined ? RUNS_PAGE : { ...RUNS_PAGE, status });
  const choosing = useChoosing();
  return (
    <PagedRuns
      label={status === undefined ? 'Runs of the job' : `Runs of the job that are ${status}`}
      query={query}
      none={<NoRuns job={job} status={status} onAll={onAll} />}
      maxAttempts={job.max_attempts}
      choosing={choosing}
    />
  );
}

function NoRuns({ job, status, onAll }: RowsProps) {
  if (status !== undefined) {
    return (
      <Empty
        title={`No ${status} runs`}
        action={
          <Button variant="default" onClick={onAll}>
            Show all runs
          </Button>
        }
      >
        The history of this job has no such run.
      </Empty>
    );
  }
  return <Empty title="No runs yet">{firstRunText(job)}</Empty>;
}

function firstRunText(job: Job): string {
  if (job.status === 'paused') return 'The job is paused. Its first run starts after it is resumed.';
  if (job.on_demand) return 'The job runs only when someone or code starts it.';
  if (job.after != null) return `The first run starts when ${endText(job.after)}.`;
  return job.next_run === null ? 'No run is scheduled.' : 'The first run starts at the next slot.';
}
