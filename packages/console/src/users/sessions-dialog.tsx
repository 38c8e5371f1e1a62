import type { User } from '@greenvue/accounts';
import { Button, Group, Modal, Text } from '@mantine/core';
import { useState } from 'react';
import { SessionTable } from '../account/session-table.tsx';
import { Confirm } from '../ui/feedback/confirm.tsx';
import { NotLoaded } from '../ui/feedback/states.tsx';
import { useLast } from '../ui/feedback/use-last.ts';
import { Plain } from '../ui/text/text.tsx';
import { useEndSessions, useUserSessions } from './use-users.ts';

interface SessionsDialogProps {
  readonly user: User;
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** Where a user is signed in. An admin can end each session. */
export function SessionsDialog({ user, opened, onClose }: SessionsDialogProps) {
  const [count, setCount] = useState<string>();
  const asked = useLast(count);
  const end = useEndSessions();
  const close = (): void => setCount(undefined);
  return (
    <>
      <Modal
        opened={opened}
        onClose={onClose}
        // Escape closes the question above it first.
        closeOnEscape={count === undefined}
        title="Sessions"
        size="xl"
      >
        <Text size="sm" mb="sm">
          <Plain>{user.email}</Plain> is signed in here. A session that ends stops working at once; the user
          can sign in again.
        </Text>
        <UserSessions user={user} onEndAll={setCount} />
      </Modal>
      <Confirm
        opened={count !== undefined}
        onClose={close}
        onConfirm={() => end.mutate({ user, sessionId: undefined }, { onSettled: close })}
        title={`End ${asked}?`}
        confirmLabel={`End ${asked}`}
        isBusy={end.isPending}
      >
        <Plain>{user.email}</Plain> is signed out everywhere, and can sign in again. API tokens keep working.
      </Confirm>
    </>
  );
}

interface UserSessionsProps extends Pick<SessionsDialogProps, 'user'> {
  /** `count`: such as `3 sessions`. */
  readonly onEndAll: (count: string) => void;
}

function UserSessions({ user, onEndAll }: UserSessionsProps) {
  const query = useUserSessions(user.id);
  const end = useEndSessions();
  const sessions = query.data?.pages.flatMap(({ data }) => data);
  if (sessions === undefined)
    return <NotLoaded error={query.error} rows={3} onRetry={() => void query.refetch()} />;
  if (sessions.length === 0) return <Text>No sessions.</Text>;
  const { length } = sessions;
  const count = query.hasNextPage
    ? `all sessions, more than ${length}`
    : `${length} session${length === 1 ? '' : 's'}`;
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
        <Button variant="default" onClick={() => onEndAll(count)}>
          End all sessions
        </Button>
      </Group>
    </>
  );
}
