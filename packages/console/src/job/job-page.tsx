import type { Job } from '@greenvue/jobs/client';
import { Link } from 'wouter';
import { BackfillsPanel } from '../backfill/backfills-panel.tsx';
import { PauseLine } from '../backfill/pause-line.tsx';
import { isMadeByEngine } from '../data/job-mark.ts';
import { useJob } from '../data/queries/queries.ts';
import { Page } from '../page/page.tsx';
import { useMay } from '../session/session.tsx';
import { TrendsPanel } from '../trends/trends-panel.tsx';
import { jobCurls } from '../ui/curl/curl.ts';
import { CurlFold } from '../ui/curl/curl-fold.tsx';
import { isNotFound } from '../ui/feedback/not-found.ts';
import { Failed, Loading } from '../ui/feedback/states.tsx';
import blocks from '../ui/layout/blocks.module.css';
import { useIdInPath } from '../ui/paths.ts';
import { CodeBadge, EngineBadge, HealthBadge, JobStatusBadge } from '../ui/status/status.tsx';
import { Plain } from '../ui/text/text.tsx';
import { AuditTrail } from './audit-trail.tsx';
import { Definition } from './definition.tsx';
import { DurationSection } from './durations/duration-section.tsx';
import { HealthPanel } from './health/health-panel.tsx';
import { History } from './history/history.tsx';
import classes from './job.module.css';
import { JobActions } from './job-actions.tsx';
import { JobFacts } from './job-facts.tsx';
import { NextRuns, useUpcoming } from './next-runs.tsx';
import { NoJob } from './no-job.tsx';
import { Timeline } from './timeline/timeline.tsx';

/** A job: its health, past and future runs, settings and actions. */
export function JobPage() {
  const id = useIdInPath();
  // Another job is another page and keeps no state.
  return <JobOfId key={id} id={id} />;
}

const BACK = <Link href="/jobs">Jobs</Link>;

function JobOfId({ id }: { readonly id: string }) {
  const query = useJob(id);
  if (isNotFound(query.error)) return <NoJob id={id} back={BACK} />;
  // A job recreated under the same id is another job with its own runs.
  if (query.data !== undefined) return <KnownJob key={query.data.uid} job={query.data} />;
  return (
    <Page title={id} back={BACK}>
      {query.isError ? (
        <Failed error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <Loading rows={12} />
      )}
    </Page>
  );
}

function KnownJob({ job }: { readonly job: Job }) {
  const may = useMay();
  const upcoming = useUpcoming(job);
  return (
    <Page
      title={job.name}
      back={BACK}
      marks={
        <>
          <JobStatusBadge status={job.status} until={job.pause?.until} />
          {isMadeByEngine(job) ? <EngineBadge /> : null}
          {job.origin === 'code' ? <CodeBadge /> : null}
          {job.health.status === 'paused' ? null : <HealthBadge health={job.health} />}
        </>
      }
      lead={job.description === '' ? undefined : <Plain>{job.description}</Plain>}
      actions={<JobActions job={job} />}
    >
      <div className={blocks.column}>
        <HealthPanel job={job} />
        <JobFacts job={job} />
        <Timeline job={job} upcoming={upcoming.times} />
        <div className={classes.narrowAndWide}>
          <NextRuns job={job} upcoming={upcoming} />
          <DurationSection job={job} />
        </div>
        <BackfillsPanel job={job} />
        <TrendsPanel of={{ job_id: job.id }} />
        <History job={job} note={<PauseLine job={job} />} />
        <div className={classes.columns}>
          <Definition job={job} />
          <AuditTrail job={job} />
        </div>
        <CurlFold curls={jobCurls(job, may)} />
      </div>
    </Page>
  );
}
