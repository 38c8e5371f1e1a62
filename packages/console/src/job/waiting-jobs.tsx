import type { Job } from '@greenvue/jobs/client';
import { Link } from 'wouter';
import { useTopJobs } from '../data/queries/queries.ts';
import { Fact } from '../ui/layout/facts.tsx';
import { jobPath } from '../ui/paths.ts';
import { Plain } from '../ui/text/text.tsx';

/** The most jobs that are listed. */
const MOST_SHOWN = 20;

/** The job that a job waits for, and the jobs that wait for it, as links. */
export function WaitingFacts({ job }: { readonly job: Job }) {
  const waiting = useTopJobs({ upstream: job.id, limit: MOST_SHOWN });
  const found = waiting.data?.data ?? [];
  return (
    <>
      {job.only_if == null ? null : (
        <Fact name="Only if">
          <JobLink id={job.only_if.job} /> has succeeded in the last {job.only_if.succeeded_within}
        </Fact>
      )}
      {found.length === 0 ? null : (
        <Fact name="Gate of">
          {found.map(({ id }, n) => (
            <span key={id}>
              {n === 0 ? null : ', '}
              <JobLink id={id} />
            </span>
          ))}
          {waiting.data?.next_cursor == null ? null : ' and more'}
        </Fact>
      )}
    </>
  );
}

function JobLink({ id }: { readonly id: string }) {
  return (
    <Link href={jobPath(id)}>
      <Plain>{id}</Plain>
    </Link>
  );
}
