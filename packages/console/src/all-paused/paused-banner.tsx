import type { PauseOfAll } from '@greenvue/jobs/client';
import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useActorName } from '../data/actor.tsx';
import { Countdown } from '../ui/instant/instant.tsx';
import { Banner } from '../ui/layout/banner.tsx';
import { Plain } from '../ui/text/text.tsx';
import { ResumeAllDialog } from './resume-all-dialog.tsx';
import { usePauseOfAll } from './use-pause-of-all.ts';

/** The pause of all jobs, with the button that ends it after a question. The question outlives the pause. */
export function PausedBanner({ pause }: { readonly pause: PauseOfAll }) {
  const { mayResume } = usePauseOfAll();
  const [isAsking, asking] = useDisclosure(false);
  const button = mayResume ? (
    <Button size="compact-sm" variant="default" onClick={asking.open}>
      Resume all
    </Button>
  ) : null;
  return (
    <>
      {pause === null ? null : (
        <Banner tone="warning" action={button}>
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
      )}
      <ResumeAllDialog opened={isAsking} onClose={asking.close} />
    </>
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
