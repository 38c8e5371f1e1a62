import { endSession, endSessions, type ListedSession, listSessions } from '@greenvue/accounts';
import { Button, Group, Table, Text } from '@mantine/core';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { announceDone, announceFailure } from '../actions/announce.ts';
import { queryKeys } from '../data/query-keys.ts';
import { FIRST } from '../data/run-pages.ts';
import { useConnection, useTokens } from '../session/session.tsx';
import { Confirm } from '../ui/feedback/confirm.tsx';
import { Failed, Loading } from '../ui/feedback/states.tsx';
import { Ago, Instant } from '../ui/instant/instant.tsx';
import { Panel } from '../ui/layout/panel.tsx';
import { Plain } from '../ui/text/text.tsx';

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

interface SessionTableProps {
  readonly sessions: readonly ListedSession[];
  readonly onEnd: (session: ListedSession) => Promise<void>;
}

function SessionTable({ sessions, onEnd }: SessionTableProps) {
  return (
    <Table.ScrollContainer minWidth={620}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">Browser or program</Table.Th>
            <Table.Th scope="col">Address</Table.Th>
            <Table.Th scope="col">Signed in</Table.Th>
            <Table.Th scope="col">Last used</Table.Th>
            <Table.Th scope="col">End</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {sessions.map((session) => (
            <SessionRow key={session.id} session={session} onEnd={onEnd} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function SessionRow({
  session,
  onEnd,
}: Pick<SessionTableProps, 'onEnd'> & { readonly session: ListedSession }) {
  const [isBusy, setBusy] = useState(false);
  const end = (): void => {
    setBusy(true);
    void onEnd(session).finally(() => setBusy(false));
  };
  return (
    <Table.Tr>
      <Table.Th scope="row">
        <Plain>{session.user_agent ?? 'unknown'}</Plain>
      </Table.Th>
      <Table.Td>
        <Plain>{session.address ?? 'unknown'}</Plain>
      </Table.Td>
      <Table.Td>
        <Instant at={session.created_at} />
      </Table.Td>
      <Table.Td>
        <Ago at={session.last_used_at} />
      </Table.Td>
      <Table.Td>
        {session.current ? (
          <Text size="sm" c="dimmed">
            this session
          </Text>
        ) : (
          <Button size="compact-sm" variant="default" loading={isBusy} onClick={end}>
            End
          </Button>
        )}
      </Table.Td>
    </Table.Tr>
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
