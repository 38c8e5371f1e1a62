import { Button } from '@mantine/core';
import { useActorName } from '../data/actor.tsx';
import { useAllPaused } from '../data/queries/queries.ts';
import { Countdown } from '../ui/instant/instant.tsx';
import { Banner } from '../ui/layout/banner.tsx';
import { Plain } from '../ui/text/text.tsx';
import { usePauseOfAll, useResumeAll } from './use-pause-of-all.ts';

/** Says on each page that all jobs are paused, why, and until when. */
export function AllPausedBanner() {
  const { data: pause } = useAllPaused();
  if (pause == null) return null;
  return (
    <Banner tone="warning" action={<ResumeAll />}>
      <strong>All jobs are paused</strong>
      {pause.by === null ? null : <By actor={pause.by} />}
      {pause.reason === null || pause.reason === '' ? null : (
        <>
          {': '}
          <Plain>{pause.reason}</Plain>
        </>
      )}
      . Running runs finish; no run starts{' '}
      {pause.until === null ? (
        'until someone resumes all jobs'
      ) : (
        <Countdown to={pause.until} lead="for " over="until now" />
      )}
      .
    </Banner>
  );
}

function By({ actor }: { readonly actor: string }) {
  const name = useActorName(actor);
  return (
    <>
      {' by '}
      <Plain>{name}</Plain>
    </>
  );
}

function ResumeAll() {
  const { mayResume } = usePauseOfAll();
  const resume = useResumeAll();
  if (!mayResume) return null;
  return (
    <Button
      size="compact-sm"
      variant="default"
      loading={resume.isPending}
      onClick={() => resume.mutate(undefined)}
    >
      Resume all
    </Button>
  );
}
