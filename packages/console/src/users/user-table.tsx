import type { User } from '@greenvue/accounts';
import { ActionIcon, Menu, Table, Text } from '@mantine/core';
import { useViewer } from '../session/session.tsx';
import { Help } from '../ui/help/help.tsx';
import { MoreIcon } from '../ui/icons.tsx';
import { Ago, Instant } from '../ui/instant/instant.tsx';
import { Plain } from '../ui/text/text.tsx';
import { useChangeUser } from './use-users.ts';
import type { UserQuestion } from './user-dialogs.tsx';

interface UserTableProps {
  readonly users: readonly User[];
  readonly ask: (what: UserQuestion['what']) => (user: User) => void;
}

export function UserTable({ users, ask }: UserTableProps) {
  return (
    <Table.ScrollContainer minWidth={720}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">User</Table.Th>
            <Table.Th scope="col">
              Role <Help word="role" />
            </Table.Th>
            <Table.Th scope="col">State</Table.Th>
            <Table.Th scope="col">Last seen</Table.Th>
            <Table.Th scope="col">Created</Table.Th>
            <Table.Th scope="col">Actions</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {users.map((user) => (
            <UserRow key={user.id} user={user} ask={ask} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function UserRow({ user, ask }: Pick<UserTableProps, 'ask'> & { readonly user: User }) {
  const isMe = useViewer().account?.id === user.id;
  return (
    <Table.Tr>
      <Table.Th scope="row">
        <Plain>{user.name}</Plain>
        {isMe ? ' (you)' : null}
        <Text size="xs" c="dimmed" component="div">
          <Plain>{user.email}</Plain>
        </Text>
      </Table.Th>
      <Table.Td>{user.role}</Table.Td>
      <Table.Td>{stateText(user)}</Table.Td>
      <Table.Td>{user.last_seen_at === null ? 'never' : <Ago at={user.last_seen_at} />}</Table.Td>
      <Table.Td>
        <Instant at={user.created_at} />
      </Table.Td>
      <Table.Td>
        <UserMenu user={user} ask={ask} />
      </Table.Td>
    </Table.Tr>
  );
}

function stateText({
  disabled,
  must_change_password: mustChange,
  email_confirmed: isConfirmed,
}: User): string {
  if (disabled) return 'disabled';
  if (mustChange) return 'must change the password';
  return isConfirmed ? 'enabled' : 'enabled, address not confirmed';
}

function UserMenu({ user, ask }: Pick<UserTableProps, 'ask'> & { readonly user: User }) {
  const change = useChangeUser();
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          loading={change.isPending}
          aria-label={`Actions on ${user.email}`}
        >
          <MoreIcon />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => ask('role')(user)}>Change role…</Menu.Item>
        <Menu.Item disabled={user.disabled} onClick={() => ask('password')(user)}>
          Reset password…
        </Menu.Item>
        <Menu.Item onClick={() => ask('sessions')(user)}>Sessions…</Menu.Item>
        {user.disabled ? (
          <Menu.Item onClick={() => change.mutate({ user, change: { disabled: false } })}>Enable</Menu.Item>
        ) : (
          <Menu.Item onClick={() => ask('disable')(user)}>Disable…</Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
