import type { Job } from '@greenvue/jobs/client';
import { Link } from 'wouter';
import { useTopJobs } from '../data/queries/queries.ts';
import { Help } from '../ui/help/help.tsx';
import { Fact } from '../ui/layout/facts.tsx';
import { jobPath } from '../ui/paths.ts';
import { Plain } from '../ui/text/text.tsx';

/** The most jobs that are listed. */
const MOST_SHOWN = 20;

/** The job that a job waits for, and the jobs that wait for it, as links. */
export function WaitingFacts({ job }: { readonly job: Job }) {
  const waiting = useTopJobs({ upstream: job.id, limit: MOST_SHOWN });
  const found = waiting.data?.data ?? [];
  const more = waiting.data?.next_cursor == null ? '' : ' and more';
  return (
    <>
      {job.after == null ? null : (
        <Fact name="Runs after">
          <JobLink id={job.after.job} /> has {ENDS[job.after.on]}
        </Fact>
      )}
      {job.only_if == null ? null : (
        <Fact name="Only if" help={<Help word="gate" />}>
          <JobLink id={job.only_if.job} /> has succeeded in the last {job.only_if.succeeded_within}
        </Fact>
      )}
      <JobsFact name="Starts" jobs={found.filter(({ after }) => after?.job === job.id)} more={more} />
      <JobsFact name="Gate of" jobs={found.filter(({ only_if }) => only_if?.job === job.id)} more={more} />
    </>
  );
}

const ENDS: Readonly<Record<NonNullable<Job['after']>['on'], string>> = {
  succeeded: 'succeeded',
  failed: 'failed',
  finished: 'succeeded or failed',
};

interface JobsFactProps {
  readonly name: string;
  readonly jobs: readonly Job[];
  /** The end of the list. */
  readonly more: string;
}

function JobsFact({ name, jobs, more }: JobsFactProps) {
  if (jobs.length === 0) return null;
  return (
    <Fact name={name}>
      {jobs.map(({ id }, n) => (
        <span key={id}>
          {n === 0 ? null : ', '}
          <JobLink id={id} />
        </span>
      ))}
      {more}
    </Fact>
  );
}

function JobLink({ id }: { readonly id: string }) {
  return (
    <Link href={jobPath(id)}>
      <Plain>{id}</Plain>
    </Link>
  );
}
