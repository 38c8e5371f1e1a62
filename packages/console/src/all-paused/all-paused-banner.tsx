import { resumeAllJobs } from '@greenvue/jobs/client';
import { Button } from '@mantine/core';
import { announceDone } from '../actions/announce.ts';
import { useAction } from '../actions/use-action.ts';
import { useActorName } from '../data/actor.tsx';
import { useAllPaused } from '../data/queries.ts';
import { queryKeys } from '../data/query-keys.ts';
import { useIsScoped, useMay } from '../session/session.tsx';
import { Countdown } from '../ui/instant/instant.tsx';
import { Banner } from '../ui/layout/banner.tsx';
import { Plain } from '../ui/text/text.tsx';

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
  const may = useMay();
  const isScoped = useIsScoped();
  const resume = useAction({
    send: (connection) => resumeAllJobs(connection),
    onDone: (_answer, _variables, client) => {
      announceDone('All jobs are resumed');
      void client.invalidateQueries({ queryKey: queryKeys.pauseOfAll() });
    },
    failure: () => 'The jobs were not resumed',
  });
  if (!may.operate || isScoped) return null;
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
