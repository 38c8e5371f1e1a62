import type { Run } from '@greenvue/jobs/client';
import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { announceFailure, announceProblem } from '../actions/announce.ts';
import { nextRun, previousRun } from '../data/neighbor-runs.ts';
import { runQuery } from '../data/queries/queries.ts';
import { useKeys } from '../keyboard/keys.ts';
import { useConnection } from '../session/session.tsx';
import { runPath } from '../ui/paths.ts';

type Direction = 'previous' | 'next';

/** Opens the run of the same job before or after this one. */
export function NeighborButtons({ run }: { readonly run: Run }) {
  const connection = useConnection();
  const client = useQueryClient();
  const [, navigate] = useLocation();
  const { mutate, isPending, variables } = useMutation({
    mutationFn: async (direction: Direction) => {
      const found = await (direction === 'next' ? nextRun : previousRun)(connection, run);
      // Its page opens with the run, so that its keys work at once.
      if (found !== undefined) await client.prefetchQuery(runQuery(connection, found.id));
      return found;
    },
    onError: (error) => announceFailure('Could not find the run', error),
  });
  const go = (direction: Direction) => () => {
    if (isPending) return;
    // Not called after this page is left, so it does not move a viewer who opened another page.
    const onSuccess = (found: Run | undefined) => {
      if (found !== undefined) return navigate(runPath(found.id));
      announceProblem(...NONE[direction]);
    };
    mutate(direction, { onSuccess });
  };
  useKeys([
    { key: ',', does: 'Previous run of the job', run: go('previous') },
    { key: '.', does: 'Next run of the job', run: go('next') },
  ]);
  return (
    <Button.Group>
      <Button
        variant="default"
        loading={isPending && variables === 'previous'}
        onClick={go('previous')}
        aria-label="Previous run of the job"
        title="Previous run of the job (,)"
      >
        ‹
      </Button>
      <Button
        variant="default"
        loading={isPending && variables === 'next'}
        onClick={go('next')}
        aria-label="Next run of the job"
        title="Next run of the job (.)"
      >
        ›
      </Button>
    </Button.Group>
  );
}

const NONE: Readonly<Record<Direction, readonly [title: string, message: string]>> = {
  previous: ['No earlier run', 'This is the oldest run of the job that the server keeps.'],
  next: ['No later run', 'This is the newest run of the job.'],
};
