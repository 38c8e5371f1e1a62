import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { lazy, type ReactNode } from 'react';
import { useActorName } from '../data/actor.tsx';
import { useAllPaused } from '../data/queries/queries.ts';
import { OnDemand } from '../shell/on-demand.tsx';
import { Countdown } from '../ui/instant/instant.tsx';
import { Banner } from '../ui/layout/banner.tsx';
import { Plain } from '../ui/text/text.tsx';
import { usePauseOfAll } from './use-pause-of-all.ts';

const ResumeAllDialog = lazy(async () => ({
  default: (await import('./resume-all-dialog.tsx')).ResumeAllDialog,
}));

/** Says on each page that all jobs are paused, why, and until when. */
export function AllPausedBanner() {
  const { data: pause } = useAllPaused();
  const { mayResume } = usePauseOfAll();
  const [isAsking, asking] = useDisclosure(false);
  const resume = mayResume ? (
    <Button size="compact-sm" variant="default" onClick={asking.open}>
      Resume all
    </Button>
  ) : null;
  return (
    <>
      {pause == null ? null : <Paused pause={pause} action={resume} />}
      <OnDemand isWanted={isAsking}>
        {(isOpen) => <ResumeAllDialog opened={isOpen} onClose={asking.close} />}
      </OnDemand>
    </>
  );
}

interface PausedProps {
  readonly pause: NonNullable<ReturnType<typeof useAllPaused>['data']>;
  readonly action: ReactNode;
}

function Paused({ pause, action }: PausedProps) {
  return (
    <Banner tone="warning" action={action}>
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
