import type { Job, JobType } from '@greenvue/jobs/client';
import { Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link, useLocation, useSearchParams } from 'wouter';
import { useCreateJob } from '../actions/actions.ts';
import { useJob, useJobTypes } from '../data/queries/queries.ts';
import { Page } from '../page/page.tsx';
import { useMay, useScope } from '../session/session.tsx';
import { isStatus } from '../ui/feedback/not-found.ts';
import { Failed, Loading, NotLoaded } from '../ui/feedback/states.tsx';
import { LIMITS } from '../ui/limits.ts';
import { jobPath } from '../ui/paths.ts';
import { isolated, Plain } from '../ui/text/text.tsx';
import {
  createBody,
  type Draft,
  definitionOf,
  draftOf,
  newDraft,
  readDraft,
  withType,
} from './draft/draft.ts';
import { refusalOf } from './draft/faults.ts';
import { suggestCopyId } from './draft/job-id.ts';
import { useJobForm } from './draft/use-job-form.ts';
import { JobFormView } from './job-form.tsx';
import { useLeaveGuard } from './leave-guard.tsx';
import { OnlyAdmins } from './only-admins.tsx';
import { scheduleDraft } from './parts/schedule-draft.ts';
import { payloadField } from './payload/payload-fields.ts';
import { useFormQuestions } from './use-form-questions.ts';

/**
 * `/jobs/new`: creates a job. `?copy=<id>` fills the form from that job, `?type=<type>` chooses that type,
 * `?cron=<expression>&timezone=<name>` fills in the schedule.
 */
export function NewJobPage() {
  const { admin } = useMay();
  const [search] = useSearchParams();
  const copied = search.get('copy') ?? '';
  if (!admin) {
    return <OnlyAdmins title="New job" what="create jobs" back={{ href: '/jobs', label: 'All jobs' }} />;
  }
  return copied === '' ? <EmptyForm search={search} /> : <CopyForm key={copied} id={copied} />;
}

function EmptyForm({ search }: { readonly search: URLSearchParams }) {
  const { tags } = useScope();
  return (
    <WithTypes title="New job">
      {(types) => (
        <NewForm
          title="New job"
          types={types}
          initial={() => withOnlyTag(draftFrom(search, types), tags)}
          cancelHref="/jobs"
        />
      )}
    </WithTypes>
  );
}

function draftFrom(search: URLSearchParams, types: readonly JobType[]): Draft {
  const type = types.find((one) => one.type === search.get('type'));
  const draft = withCron(newDraft(), search);
  return type === undefined ? draft : withType(draft, type, payloadField(type.payload_schema));
}

function withCron(draft: Draft, search: URLSearchParams): Draft {
  const [cron, timezone] = [search.get('cron'), search.get('timezone')];
  if (cron === null) return draft;
  const body = { cron, timezone: timezone ?? draft.schedule.timezone };
  return { ...draft, schedule: scheduleDraft(body) };
}

/** Where all jobs of the viewer have the same tag, a new job has it, too. */
function withOnlyTag(draft: Draft, [tag, ...others]: readonly string[] = []): Draft {
  if (tag === undefined || others.length > 0) return draft;
  return { ...draft, watching: { ...draft.watching, tags: tag } };
}

function CopyForm({ id }: { readonly id: string }) {
  const query = useJob(id);
  const title = `Copy of ${isolated(id)}`;
  if (query.data !== undefined) {
    const job = query.data;
    return (
      <WithTypes title={title}>
        {(types) => (
          <NewForm title={title} types={types} initial={() => copyOf(job)} cancelHref={jobPath(id)} />
        )}
      </WithTypes>
    );
  }
  return (
    <Page title={title} back={<Link href="/jobs">Jobs</Link>}>
      {query.error === null ? (
        <Loading rows={8} />
      ) : (
        <Stack>
          <Failed error={query.error} onRetry={() => void query.refetch()} />
          <Text size="sm">
            Job <Plain>{id}</Plain> could not be read, so it cannot be copied:{' '}
            <Link href="/jobs/new">create a new job instead</Link>.
          </Text>
        </Stack>
      )}
    </Page>
  );
}

function copyOf(job: Job): Draft {
  const suffix = ' (copy)';
  const draft = draftOf(definitionOf(job));
  return {
    ...draft,
    id: suggestCopyId(job.id),
    name: `${job.name.slice(0, LIMITS.jobName - suffix.length).toWellFormed()}${suffix}`,
  };
}

interface WithTypesProps {
  readonly title: string;
  readonly children: (types: readonly JobType[]) => ReactNode;
}

function WithTypes({ title, children }: WithTypesProps) {
  const query = useJobTypes();
  if (query.data !== undefined) return children(query.data);
  return (
    <Page title={title} back={<Link href="/jobs">Jobs</Link>}>
      <NotLoaded error={query.error} rows={8} onRetry={query.refetch} />
    </Page>
  );
}

interface NewFormProps {
  readonly title: string;
  readonly types: readonly JobType[];
  readonly initial: () => Draft;
  readonly cancelHref: string;
}

function NewForm({ title, types, initial, cancelHref }: NewFormProps) {
  const form = useJobForm(initial);
  const [, navigate] = useLocation();
  const guard = useLeaveGuard(form.isDirty);
  const createJob = useCreateJob();
  const asks = useFormQuestions();
  const save = async () => {
    if (createJob.isPending || asks.isPending) return;
    const read = readDraft(form.draft);
    if (!read.ok) {
      const others = await asks.otherFaults(form.draft, read.faults);
      return form.refuse({ faults: [...read.faults, ...others], problem: undefined });
    }
    createJob.mutate(
      { body: createBody(read.value) },
      {
        onSuccess: (job) => {
          guard.allowLeaving();
          navigate(jobPath(job.id));
        },
        onError: (error) => void refuse(error, read.value.id),
      },
    );
  };
  const refuse = async (error: unknown, id: string): Promise<void> => {
    const owner = isStatus(error, 409) ? await asks.ownerOf(id) : undefined;
    form.refuse(refusalOf(error, 'create', owner));
  };
  return (
    <Page title={title} back={<Link href="/jobs">Jobs</Link>}>
      <JobFormView
        form={form}
        types={types}
        job={undefined}
        saveLabel="Create job"
        isSaving={createJob.isPending || asks.isPending}
        cancelHref={cancelHref}
        onSave={() => void save()}
      />
      {guard.dialog}
    </Page>
  );
}
