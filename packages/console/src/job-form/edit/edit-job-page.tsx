import { Link } from 'wouter';
import { useJob, useJobTypes } from '../../data/queries/queries.ts';
import { Page } from '../../page/page.tsx';
import { useMay } from '../../session/session.tsx';
import { isNotFound } from '../../ui/feedback/not-found.ts';
import { Empty, NotLoaded } from '../../ui/feedback/states.tsx';
import { jobPath, useIdInPath } from '../../ui/paths.ts';
import { isolated, Plain } from '../../ui/text/text.tsx';
import { OnlyAdmins } from '../only-admins.tsx';
import { EditForm } from './edit-form.tsx';

/** `/jobs/:id/edit`: changes a job, and shows the effect before saving. */
export function EditJobPage() {
  const id = useIdInPath();
  const { admin } = useMay();
  const title = `Edit ${isolated(id)}`;
  if (!admin) {
    const back = { href: jobPath(id), label: 'Back to the job' };
    return <OnlyAdmins title={title} what="edit jobs" back={back} />;
  }
  return <LoadedForm key={id} id={id} title={title} />;
}

function LoadedForm({ id, title }: { readonly id: string; readonly title: string }) {
  const job = useJob(id);
  const types = useJobTypes();
  const back = <Link href={jobPath(id)}>Back to the job</Link>;
  if (job.data !== undefined && types.data !== undefined) {
    return (
      <Page title={title} back={back}>
        <EditForm job={job.data} types={types.data} isDeleted={isNotFound(job.error)} />
      </Page>
    );
  }
  const error = job.error ?? types.error;
  const retry = () => {
    void job.refetch();
    void types.refetch();
  };
  if (isNotFound(job.error)) {
    return (
      <Page title={title} back={<Link href="/jobs">Jobs</Link>}>
        <Empty title="Job not found" action={<Link href="/jobs">All jobs</Link>}>
          The server has no job <Plain>{id}</Plain>. Someone may have deleted it, or the id in the URL is
          wrong.
        </Empty>
      </Page>
    );
  }
  return (
    <Page title={title} back={back}>
      <NotLoaded error={error} rows={8} onRetry={retry} />
    </Page>
  );
}
