import type { User } from '@greenvue/accounts';
import { Button, Group, Modal, Text } from '@mantine/core';
import { SessionTable } from '../account/session-table.tsx';
import { Failed, Loading } from '../ui/feedback/states.tsx';
import { Plain } from '../ui/text/text.tsx';
import { useEndSessions, useUserSessions } from './use-users.ts';

interface SessionsDialogProps {
  readonly user: User;
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** Where a user is signed in. An admin can end each session. */
export function SessionsDialog({ user, opened, onClose }: SessionsDialogProps) {
  return (
    <Modal opened={opened} onClose={onClose} title="Sessions" size="xl">
      <Text size="sm" mb="sm">
        <Plain>{user.email}</Plain> is signed in here. A session that ends stops working at once; the user can
        sign in again.
      </Text>
      {opened ? <UserSessions user={user} /> : null}
    </Modal>
  );
}

function UserSessions({ user }: Pick<SessionsDialogProps, 'user'>) {
  const query = useUserSessions(user.id);
  const end = useEndSessions();
  const sessions = query.data?.pages.flatMap(({ data }) => data);
  if (sessions === undefined) {
    return query.isError ? (
      <Failed error={query.error} onRetry={() => void query.refetch()} />
    ) : (
      <Loading rows={3} />
    );
  }
  if (sessions.length === 0) return <Text>No sessions.</Text>;
  return (
    <>
      <SessionTable
        sessions={sessions}
        onEnd={async ({ id }) => {
          // The action announces an error.
          await end.mutateAsync({ user, sessionId: id }).catch(() => undefined);
        }}
      />
      <Group mt="sm">
        {query.hasNextPage ? (
          <Button variant="default" onClick={() => void query.fetchNextPage()}>
            Show more
          </Button>
        ) : null}
        <Button
          variant="default"
          loading={end.isPending}
          onClick={() => end.mutate({ user, sessionId: undefined })}
        >
          End all sessions
        </Button>
      </Group>
    </>
  );
}
