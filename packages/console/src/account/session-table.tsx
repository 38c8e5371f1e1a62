import type { ListedSession } from '@greenvue/accounts';
import { Button, Table, Text } from '@mantine/core';
import { useState } from 'react';
import { Ago, Instant } from '../ui/instant/instant.tsx';
import { Plain } from '../ui/text/text.tsx';

interface SessionTableProps {
  readonly sessions: readonly ListedSession[];
  readonly onEnd: (session: ListedSession) => Promise<void>;
}

/** Sessions of an account, each with a button that ends it. */
export function SessionTable({ sessions, onEnd }: SessionTableProps) {
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
