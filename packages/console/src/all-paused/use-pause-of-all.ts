import { resumeAllJobs } from '@greenvue/jobs/client';
import { announceDone } from '../actions/announce.ts';
import { useAction } from '../actions/use-action.ts';
import { useAllPaused } from '../data/queries/queries.ts';
import { queryKeys } from '../data/queries/query-keys.ts';
import { useIsScoped, useMay } from '../session/session.tsx';

/** Whether the viewer may pause or resume all jobs now. Both are false until the state is known. */
export function usePauseOfAll(): { readonly mayPause: boolean; readonly mayResume: boolean } {
  const { operate } = useMay();
  const isScoped = useIsScoped();
  const { data: pause } = useAllPaused();
  const may = operate && !isScoped && pause !== undefined;
  return { mayPause: may && pause === null, mayResume: may && pause !== null };
}

export function useResumeAll() {
  return useAction({
    send: (connection) => resumeAllJobs(connection),
    onDone: (_answer, _variables, client) => {
      announceDone('All jobs are resumed');
      void client.invalidateQueries({ queryKey: queryKeys.pauseOfAll() });
    },
    failure: () => 'The jobs were not resumed',
  });
}
