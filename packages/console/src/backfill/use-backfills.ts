import {
  type Backfill,
  type BackfillJob,
  backfillJob,
  cancelBackfill,
  getBackfill,
  type Job,
  listBackfills,
} from '@greenvue/jobs/client';
import { type QueryClient, useQuery } from '@tanstack/react-query';
import { announceDone } from '../actions/announce.ts';
import { useAction } from '../actions/use-action.ts';
import { queryKeys } from '../data/queries/query-keys.ts';
import { useConnection, useIsSignedIn } from '../session/session.tsx';
import type { PlanQuestion, SlotWindow } from './window/slot-window.ts';

const SHOWN = 20;
const LIVE_MS = 5_000;

/** What a backfill would do now. An answer is not read again: it is about one moment. */
export function useBackfillPlan(job: Job, { number, ...body }: PlanQuestion) {
  const connection = useConnection();
  return useQuery({
    queryKey: ['backfill-plan', job.uid, number, body],
    queryFn: ({ signal }) => backfillJob(connection, job.id, { ...body, dry_run: true }, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
}

/**
 * What became of the slots after the beginning of a pause, up to its end. Read again when a backfill of the
 * job begins or ends.
 */
export function useSlotsOfPause(job: Job, { from, to }: SlotWindow, isWanted: boolean) {
  const connection = useConnection();
  const backfills = useBackfills(job.id).data?.map(({ id, status }) => `${id} ${status}`);
  const msAfter = (at: string): string => new Date(Date.parse(at) + 1).toISOString();
  const body = { from: msAfter(from), to: msAfter(to), dry_run: true };
  return useQuery({
    queryKey: ['backfill-plan', job.uid, 'pause', body, backfills],
    queryFn: ({ signal }) => backfillJob(connection, job.id, body, { signal }),
    enabled: isWanted && backfills !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** The newest backfills of a job. Events of its runs say when they change. */
export function useBackfills(jobId: string) {
  const connection = useConnection();
  return useQuery({
    queryKey: queryKeys.backfills(jobId),
    queryFn: ({ signal }) => listBackfills(connection, { job_id: jobId, limit: SHOWN }, { signal }),
  });
}

/** One backfill, read again while it lasts. */
export function useBackfill(id: string, jobId: string) {
  const connection = useConnection();
  const isSignedIn = useIsSignedIn();
  return useQuery({
    queryKey: [...queryKeys.backfills(jobId), id],
    queryFn: ({ signal }) => getBackfill(connection, id, { signal }),
    refetchInterval: ({ state }) => (isSignedIn && state.data?.status === 'running' ? LIVE_MS : false),
  });
}

interface StartVariables {
  /** The job of the dry run: an edit since then prevents the start, because it may have other slots. */
  readonly job: Job;
  readonly body: BackfillJob;
}

/** Starts a backfill. The dialog shows the server's errors. */
export function useStartBackfill() {
  return useAction({
    send: (connection, { job, body }: StartVariables) =>
      backfillJob(connection, job.id, body, { ifMatch: job }),
    onDone: (_, { job }, client) => changed(client, job.id),
  });
}

interface CancelVariables {
  readonly backfill: Backfill;
  readonly cancelLive: boolean;
}

export function useCancelBackfill() {
  return useAction({
    send: (connection, { backfill, cancelLive }: CancelVariables) =>
      cancelBackfill(connection, backfill.id, { cancel_live: cancelLive }),
    onDone: (backfill, _, client) => {
      announceDone('Cancelled the backfill.');
      changed(client, backfill.job_id);
    },
    failure: () => 'Could not cancel the backfill',
  });
}

function changed(client: QueryClient, jobId: string): void {
  void client.invalidateQueries({ queryKey: queryKeys.backfills(jobId) });
  void client.invalidateQueries({ queryKey: queryKeys.jobRuns(jobId) });
  void client.invalidateQueries({ queryKey: queryKeys.audit() });
}
