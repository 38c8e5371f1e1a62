import type { Job, Run } from '@greenvue/jobs/client';
import { Button, Text } from '@mantine/core';
import { Link } from 'wouter';
import { useJob, useRun } from '../data/queries/queries.ts';
import { Page } from '../page/page.tsx';
import { useMay } from '../session/session.tsx';
import { useNow } from '../ui/clock/now.tsx';
import { runCurls } from '../ui/curl/curl.ts';
import { CurlFold } from '../ui/curl/curl-fold.tsx';
import { isNotFound } from '../ui/feedback/not-found.ts';
import { Empty, Failed, Loading } from '../ui/feedback/states.tsx';
import blocks from '../ui/layout/blocks.module.css';
import { Panel } from '../ui/layout/panel.tsx';
import { comparePath, jobTypePath, useIdInPath } from '../ui/paths.ts';
import { JobStatusBadge, RunStatusBadge } from '../ui/status/status.tsx';
import { JobLink } from '../ui/text/job-link.tsx';
import { Plain } from '../ui/text/text.tsx';
import { JsonBlock } from '../ui/text/text-block.tsx';
import { explainRun } from './explain-run.ts';
import { RunLog } from './log/run-log.tsx';
import { NeighborButtons } from './neighbor-buttons.tsx';
import { RunProgress } from './progress/run-progress.tsx';
import { RunActions } from './run-actions.tsx';
import { RunErrors } from './run-errors.tsx';
import { RunExplanation } from './run-explanation.tsx';
import { RunFacts } from './run-facts.tsx';
import { RunPayload } from './run-payload.tsx';

/** A run: its state, errors, log and actions. */
export function RunPage() {
  const id = useIdInPath();
  const query = useRun(id);
  if (isNotFound(query.error)) return <NoRun id={id} />;
  if (query.data !== undefined) return <KnownRun key={id} run={query.data} />;
  return (
    <Page title={`Run ${id}`}>
      {query.isError ? (
        <Failed error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <Loading rows={10} />
      )}
    </Page>
  );
}

function NoRun({ id }: { readonly id: string }) {
  return (
    <Page title="Run not found">
      <Empty title="No run has this id" action={<Link href="/jobs">All jobs</Link>}>
        The server has no run <Plain>{id}</Plain>. Either it was removed because of its age, or the id in the
        URL is wrong. By default, the server keeps the last 1,000 runs of each job for 30 days.
      </Empty>
    </Page>
  );
}

/** The job of a run, and whether it is the job that created the run. */
type JobOfRun =
  | { readonly kind: 'known'; readonly job: Job }
  | { readonly kind: 'other' | 'gone' | 'unread' };

function useJobOf(run: Run): JobOfRun {
  const query = useJob(run.job_id);
  if (isNotFound(query.error)) return { kind: 'gone' };
  if (query.data === undefined) return { kind: 'unread' };
  return query.data.uid === run.job_uid ? { kind: 'known', job: query.data } : { kind: 'other' };
}

function KnownRun({ run }: { readonly run: Run }) {
  const now = useNow();
  const may = useMay();
  const of = useJobOf(run);
  const job = of.kind === 'known' ? of.job : undefined;
  const isJobGone = of.kind === 'gone' || of.kind === 'other';
  return (
    <Page
      title={`Run ${run.id}`}
      back={<RunsJob run={run} of={of} />}
      marks={<RunStatusBadge status={run.status} reason={run.reason} />}
      actions={
        <>
          <NeighborButtons run={run} />
          <Button component={Link} href={comparePath(undefined, run.id)} variant="default">
            Compare
          </Button>
          <RunActions run={run} isJobGone={isJobGone} />
        </>
      }
    >
      <div className={blocks.column}>
        <div className={blocks.box}>
          <RunExplanation sentences={explainRun(run, { job, now })} />
          <RunProgress run={run} />
          <RunFacts run={run} job={job} />
        </div>
        <RunErrors run={run} />
        <RunResult run={run} />
        <RunPayload run={run} job={job} />
        {run.status === 'skipped' ? null : <RunLog run={run} />}
        <CurlFold curls={runCurls(run, may)} />
      </div>
    </Page>
  );
}

function RunsJob({ run, of }: { readonly run: Run; readonly of: JobOfRun }) {
  return (
    <span>
      Job <JobLink id={run.job_id} name={run.job_name} />
      <span className={blocks.quiet}>
        {' · type '}
        <Link href={jobTypePath(run.type)}>
          <Plain>{run.type}</Plain>
        </Link>
        {of.kind === 'gone' ? ' · the job was deleted' : null}
        {of.kind === 'other' ? ' · of an earlier job with this id' : null}
      </span>
      {of.kind === 'known' && of.job.status === 'paused' ? (
        <>
          {' '}
          <JobStatusBadge status="paused" until={of.job.pause?.until} />
        </>
      ) : null}
    </span>
  );
}

function RunResult({ run }: { readonly run: Run }) {
  if (run.status !== 'succeeded') return null;
  return (
    <Panel title="Result">
      {run.result === null || run.result === undefined ? (
        <Text size="sm" c="dimmed">
          The handler returned nothing.
        </Text>
      ) : (
        <JsonBlock value={run.result} label="the result" />
      )}
    </Panel>
  );
}
