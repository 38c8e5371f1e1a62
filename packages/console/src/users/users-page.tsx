import type { User } from '@greenvue/accounts';
import { Button, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useState } from 'react';
import { Page } from '../page/page.tsx';
import { useIsScoped, useMay } from '../session/session.tsx';
import { Failed, Loading } from '../ui/feedback/states.tsx';
import { PlusIcon } from '../ui/icons.tsx';
import { Panel } from '../ui/layout/panel.tsx';
import { NewUserDialog } from './new-user-dialog.tsx';
import { useUsers } from './use-users.ts';
import { UserDialogs, type UserQuestion } from './user-dialogs.tsx';
import { UserTable } from './user-table.tsx';

/** The accounts of GreenVue, for admins. */
export function UsersPage() {
  const { admin } = useMay();
  const isScoped = useIsScoped();
  const [isNew, creating] = useDisclosure(false);
  if (!admin || isScoped) {
    return (
      <Page title="Users">
        <Text>Only admins can see and change accounts.</Text>
      </Page>
    );
  }
  return (
    <Page
      title="Users"
      lead="Who may sign in, and what each of them may do"
      actions={
        <Button leftSection={<PlusIcon />} onClick={creating.open}>
          New user
        </Button>
      }
    >
      <Users />
      <NewUserDialog opened={isNew} onClose={creating.close} />
    </Page>
  );
}

function Users() {
  const query = useUsers();
  const [asked, setAsked] = useState<UserQuestion>();
  const users = query.data?.pages.flatMap(({ data }) => data);
  const ask = (what: UserQuestion['what']) => (user: User) => setAsked({ what, user, isOpen: true });
  return (
    <Panel title="Accounts">
      {query.isError && users === undefined ? (
        <Failed error={query.error} onRetry={() => void query.refetch()} />
      ) : null}
      {query.isPending ? <Loading rows={4} /> : null}
      {users === undefined ? null : <UserTable users={users} ask={ask} />}
      {query.hasNextPage ? (
        <Button variant="default" mt="sm" onClick={() => void query.fetchNextPage()}>
          Show more
        </Button>
      ) : null}
      <UserDialogs
        question={asked}
        onClose={() => setAsked((before) => before && { ...before, isOpen: false })}
      />
    </Panel>
  );
}
