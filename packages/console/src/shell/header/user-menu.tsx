import { Button, Menu, Text } from '@mantine/core';
import { Link } from 'wouter';
import { useSignOut } from '../../page/leaving.ts';
import { useMe } from '../../session/session.tsx';
import { ChevronIcon, UserIcon } from '../../ui/icons.tsx';
import { Plain } from '../../ui/text/text.tsx';
import { CONSOLE_VERSION } from '../../ui/version.ts';
import classes from './user-menu.module.css';

/** The viewer, their role, and the button that signs out. */
export function UserMenu() {
  const me = useMe();
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
          <Plain>{me.name}</Plain>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <div className={classes.who}>
          <WhoAmI />
        </div>
        <Menu.Divider />
        {me.kind === 'user' ? (
          <Menu.Item component={Link} href="/account">
            Password and sessions
          </Menu.Item>
        ) : null}
        <Menu.Item component="a" href="/docs" target="_blank" rel="noopener">
          REST API
        </Menu.Item>
        <Menu.Item onClick={signOut}>Sign out</Menu.Item>
        <Menu.Divider />
        <Text size="xs" c="dimmed" px="sm" py={4}>
          Console {CONSOLE_VERSION}
        </Text>
      </Menu.Dropdown>
    </Menu>
  );
}

/** Name, address and role. */
export function WhoAmI() {
  const me = useMe();
  return (
    <>
      <Text size="sm" fw={600} component="div">
        <Plain>{me.name}</Plain>
      </Text>
      <Text size="xs" c="dimmed" component="div">
        {me.email === null ? 'API token' : <Plain>{me.email}</Plain>} · {me.role}
      </Text>
    </>
  );
}
