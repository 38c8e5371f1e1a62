import { type Connection, getRun, listRuns, type Run } from '@greenvue/jobs/client';
import { useQuery } from '@tanstack/react-query';
import { previousRun } from '../data/neighbor-runs.ts';
import { queryKeys } from '../data/queries/query-keys.ts';
import { useConnection } from '../session/session.tsx';

/**
 * The run with an id. Without an id: the last success of the job before a run, or else the run before it;
 * null if there is none.
 */
export function useOtherRun(run: Run, id: string | undefined) {
  const connection = useConnection();
  return useQuery({
    queryKey: id === undefined ? ['run-before', run.id] : queryKeys.run(id),
    queryFn: async ({ signal }): Promise<Run | null> => {
      if (id !== undefined) return getRun(connection, id, { signal });
      const found = await runBefore(connection, run);
      return found === undefined ? null : getRun(connection, found.id, { signal });
    },
  });
}

const FEW = 20;

async function runBefore(connection: Connection, run: Run): Promise<Run | undefined> {
  const query = { job_id: run.job_id, status: ['succeeded' as const], to: run.queued_at, limit: FEW };
  const { data } = await listRuns(connection, query);
  return data.find(({ job_uid: uid }) => uid === run.job_uid) ?? previousRun(connection, run);
}
