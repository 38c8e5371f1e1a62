import { useAllPaused } from '../data/queries/queries.ts';
import { useIsScoped, useMay } from '../session/session.tsx';

/** Whether the viewer may pause or resume all jobs now. Both are false until the state is known. */
export function usePauseOfAll(): { readonly mayPause: boolean; readonly mayResume: boolean } {
  const { operate } = useMay();
  const isScoped = useIsScoped();
  const { data: pause } = useAllPaused();
  const may = operate && !isScoped && pause !== undefined;
  return { mayPause: may && pause === null, mayResume: may && pause !== null };
}
