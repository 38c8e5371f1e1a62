import { Button, Menu, Text } from '@mantine/core';
import { Link } from 'wouter';
import { useMay, useViewer } from '../../session/session.tsx';
import { useHasAccounts } from '../../ui/config/config.tsx';
import { ChevronIcon, UserIcon } from '../../ui/icons.tsx';
import { Plain } from '../../ui/text/text.tsx';
import { CONSOLE_VERSION } from '../../ui/version.ts';
import { useSignOut } from './use-sign-out.ts';
import classes from './user-menu.module.css';

/** The viewer, their rights, and the button that signs out. */
export function UserMenu() {
  const viewer = useViewer();
  const hasAccounts = useHasAccounts();
  const signOut = useSignOut();
  return (
    <Menu position="bottom-end" width={240} withinPortal>
      <Menu.Target>
        <Button
          variant="subtle"
          color="gray"
          size="compact-md"
          fz="sm"
          fw={500}
          leftSection={<UserIcon />}
          rightSection={<ChevronIcon size={12} />}
          classNames={{ label: classes.name }}
        >
          <Plain>{viewer.name}</Plain>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <div className={classes.who}>
          <WhoAmI />
        </div>
        <Menu.Divider />
        {viewer.account?.kind === 'user' ? (
          <Menu.Item component={Link} href="/account">
            Password and sessions
          </Menu.Item>
        ) : null}
        {hasAccounts ? (
          <Menu.Item component="a" href="/docs" target="_blank" rel="noopener">
            REST API
          </Menu.Item>
        ) : null}
        {signOut === undefined ? null : (
          <>
            <Menu.Item onClick={signOut}>Sign out</Menu.Item>
            <Menu.Divider />
          </>
        )}
        <Text size="xs" c="dimmed" px="sm" py={4}>
          Console {CONSOLE_VERSION}
        </Text>
      </Menu.Dropdown>
    </Menu>
  );
}

/** Name, address and role, or the rights. */
export function WhoAmI() {
  const { name, account } = useViewer();
  const may = useMay();
  return (
    <>
      <Text size="sm" fw={600} component="div">
        <Plain>{name}</Plain>
      </Text>
      <Text size="xs" c="dimmed" component="div">
        {account === undefined ? (
          rightsText(may)
        ) : (
          <>
            {account.email === null ? 'API token' : <Plain>{account.email}</Plain>} · {account.role}
          </>
        )}
      </Text>
    </>
  );
}

function rightsText({ operate, admin }: ReturnType<typeof useMay>): string {
  if (admin) return 'May do everything';
  return operate ? 'May read, run, pause and cancel' : 'May read';
}
