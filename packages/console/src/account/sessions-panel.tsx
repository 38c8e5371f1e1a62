import { endSession, endSessions, type ListedSession, listSessions } from '@greenvue/accounts';
import { Button, Group } from '@mantine/core';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { announceDone, announceFailure } from '../actions/announce.ts';
import { queryKeys } from '../data/queries/query-keys.ts';
import { FIRST } from '../data/queries/run-pages.ts';
import { useConnection, useTokens } from '../session/session.tsx';
import { Confirm } from '../ui/feedback/confirm.tsx';
import { Failed, Loading } from '../ui/feedback/states.tsx';
import { Panel } from '../ui/layout/panel.tsx';
import { SessionTable } from './session-table.tsx';

/** The viewer's sessions, each with a button that ends it. */
export function SessionsPanel() {
  const connection = useConnection();
  const client = useQueryClient();
  const sessions = useInfiniteQuery({
    queryKey: queryKeys.sessions(),
    queryFn: ({ signal, pageParam }) =>
      listSessions(connection, pageParam === FIRST ? {} : { cursor: pageParam }, { signal }),
    initialPageParam: FIRST,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
  const end = async (session: ListedSession): Promise<void> => {
    try {
      await endSession(connection, session.id);
      announceDone('Session ended.');
    } catch (error) {
      announceFailure('Could not end the session', error);
    }
    await client.invalidateQueries({ queryKey: queryKeys.sessions() });
  };
  return (
    <Panel title="Sessions" aside={<SignOutEverywhere />}>
      {sessions.isPending ? <Loading rows={3} /> : null}
      {sessions.isError ? <Failed error={sessions.error} onRetry={() => void sessions.refetch()} /> : null}
      {sessions.data === undefined ? null : (
        <SessionTable sessions={sessions.data.pages.flatMap(({ data }) => data)} onEnd={end} />
      )}
      {sessions.hasNextPage ? (
        <Button variant="default" mt="sm" onClick={() => void sessions.fetchNextPage()}>
          Show more
        </Button>
      ) : null}
    </Panel>
  );
}

function SignOutEverywhere() {
  const connection = useConnection();
  const tokens = useTokens();
  const [isAsking, setAsking] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const signOut = async (): Promise<void> => {
    setBusy(true);
    try {
      await endSessions(connection);
      await tokens?.signOut();
    } catch (error) {
      announceFailure('Could not sign out everywhere', error);
      setBusy(false);
    }
  };
  return (
    <Group>
      <Button size="xs" variant="default" onClick={() => setAsking(true)}>
        Sign out everywhere
      </Button>
      <Confirm
        opened={isAsking}
        onClose={() => setAsking(false)}
        onConfirm={() => void signOut()}
        title="Sign out everywhere?"
        confirmLabel="Sign out everywhere"
        isBusy={isBusy}
      >
        All your sessions end now, including this one. API tokens keep working.
      </Confirm>
    </Group>
  );
}
