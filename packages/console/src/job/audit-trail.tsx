import type { Job } from '@greenvue/jobs/client';
import { useMemo } from 'react';
import { Link } from 'wouter';
import { auditEntries } from '../activity/entries/audit-changes.ts';
import { AuditList } from '../activity/entries/audit-list.tsx';
import { useAudit, useJobTypes } from '../data/queries/queries.ts';
import { NotLoaded } from '../ui/feedback/states.tsx';
import blocks from '../ui/layout/blocks.module.css';
import { Panel } from '../ui/layout/panel.tsx';

/** Who changed a job or its runs, when, and what. */
export function AuditTrail({ job }: { readonly job: Job }) {
  return (
    <Panel
      title="Activity"
      aside={<Link href={`/activity?job_id=${encodeURIComponent(job.id)}`}>Filter and export</Link>}
    >
      <Entries job={job} />
    </Panel>
  );
}

function Entries({ job }: { readonly job: Job }) {
  const ofJob = { job_id: job.id };
  const audit = useAudit(ofJob, () => ofJob);
  const { data: types } = useJobTypes();
  const entries = useMemo(() => {
    const records = audit.data?.pages.flatMap((page) => page.data);
    return records === undefined ? undefined : auditEntries(records, types ?? [], job.type);
  }, [audit.data, types, job.type]);
  if (entries === undefined)
    return <NotLoaded error={audit.error} rows={3} onRetry={() => void audit.refetch()} />;
  if (entries.length === 0)
    return <p className={blocks.quiet}>No changes through the API: code created this job.</p>;
  return <AuditList entries={entries} more={audit} isOfOneJob />;
}
