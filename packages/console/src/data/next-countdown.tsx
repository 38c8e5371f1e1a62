import { Clock, Countdown } from '../ui/instant/instant.tsx';
import { isHeld } from './is-held.ts';
import { useAllPaused } from './queries/queries.ts';

/** The time until the next run of a job, or, during a pause of all jobs, until when the pause holds it. */
export function NextCountdown({ to }: { readonly to: string }) {
  const { data: pause } = useAllPaused();
  if (pause == null || !isHeld(to, pause)) return <Countdown to={to} />;
  if (pause.until === null) return 'held until a resume';
  return (
    <>
      held until <Clock at={pause.until} />
    </>
  );
}
