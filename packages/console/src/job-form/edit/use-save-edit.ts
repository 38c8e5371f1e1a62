import { getJob, type Job } from '@greenvue/jobs/client';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useCreateJob, useEditJob } from '../../actions/actions.ts';
import { queryKeys } from '../../data/queries/query-keys.ts';
import { useConnection } from '../../session/session.tsx';
import { isStatus } from '../../ui/feedback/not-found.ts';
import { createBody, type Definition, definitionOf } from '../draft/draft.ts';
import { type Refusal, refusalOf } from '../draft/faults.ts';
import { patchOf } from './changes.ts';

interface SaveEditOptions {
  readonly onSaved: (job: Job) => void;
  /** Another user edited the job since; `latest` is the current job. */
  readonly onConflict: (latest: Job) => void;
  readonly onRefused: (refusal: Refusal) => void;
}

export interface SaveEdit {
  readonly save: (base: Job, after: Definition) => void;
  /** Creates a deleted job again from the form. */
  readonly recreate: (definition: Definition) => void;
  readonly isBusy: boolean;
  /** The server says that the job no longer exists. */
  readonly isDeleted: boolean;
}

/** Saves an edit of a job, and handles each possible outcome. */
export function useSaveEdit({ onSaved, onConflict, onRefused }: SaveEditOptions): SaveEdit {
  const editJob = useEditJob();
  const createJob = useCreateJob();
  const latestOf = useLatestJob();
  const [isDeleted, setDeleted] = useState(false);
  const [isReading, setReading] = useState(false);

  const refuse = (error: unknown) => {
    if (isStatus(error, 404)) setDeleted(true);
    onRefused(isStatus(error, 404) ? DELETED : refusalOf(error, 'edit'));
  };
  const conflict = async (id: string) => {
    setReading(true);
    try {
      onConflict(await latestOf(id));
    } catch (error) {
      refuse(error);
    } finally {
      setReading(false);
    }
  };
  const save = (base: Job, after: Definition) =>
    editJob.mutate(
      { job: base, patch: patchOf(definitionOf(base), after) },
      {
        onSuccess: onSaved,
        onError: (error) => (isStatus(error, 412) ? void conflict(base.id) : refuse(error)),
      },
    );
  const recreate = (definition: Definition) =>
    createJob.mutate(
      { body: createBody(definition) },
      { onSuccess: onSaved, onError: (error) => onRefused(refusalOf(error, 'create')) },
    );
  // After saving, the page is left. Events about the job until then come from this edit.
  const isDone = editJob.isSuccess || createJob.isSuccess;
  return {
    save,
    recreate,
    isDeleted,
    isBusy: editJob.isPending || createJob.isPending || isReading || isDone,
  };
}

const DELETED: Refusal = { faults: [], problem: 'The changes were not saved, because the job was deleted.' };

/** Reads a job without the cache, which is out of date. */
function useLatestJob(): (id: string) => Promise<Job> {
  const connection = useConnection();
  const client = useQueryClient();
  return (id) =>
    client.fetchQuery({
      queryKey: queryKeys.job(id),
      queryFn: ({ signal }) => getJob(connection, id, { signal }),
      staleTime: 0,
    });
}
