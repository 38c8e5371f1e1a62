import { Kbd, Modal, Switch, Table, Text } from '@mantine/core';
import { commandKeys } from '../keyboard/command-keys.ts';
import { useKeyList, useKeysSetting } from '../keyboard/keys-provider.tsx';

interface HelpDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** All keys that work on the open page. */
export function HelpDialog({ opened, onClose }: HelpDialogProps) {
  const bindings = useKeyList();
  const { isOn, setOn } = useKeysSetting();
  return (
    <Modal opened={opened} onClose={onClose} title="Keyboard shortcuts">
      <Text size="sm" c="dimmed" mb="sm">
        These shortcuts work on the current page while you are not typing.
      </Text>
      <Table verticalSpacing={6} withRowBorders={false}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col" w={90}>
              Key
            </Table.Th>
            <Table.Th scope="col">Action</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          <Shortcut keys={commandKeys()} does="Search jobs, runs, pages and actions" />
          {bindings.map(({ key, does }) =>
            key === undefined ? null : <Shortcut key={key} keys={KEY_NAMES[key] ?? key} does={does} />,
          )}
        </Table.Tbody>
      </Table>
      <Switch
        mt="lg"
        checked={isOn}
        onChange={(event) => setOn(event.currentTarget.checked)}
        label="Single-key shortcuts"
        description="Turn them off if speech input or other software types letters by accident."
      />
    </Modal>
  );
}

function Shortcut({ keys, does }: { readonly keys: string; readonly does: string }) {
  return (
    <Table.Tr>
      <Table.Td>
        <Kbd>{keys}</Kbd>
      </Table.Td>
      <Table.Td>{does}</Table.Td>
    </Table.Tr>
  );
}

const KEY_NAMES: Readonly<Record<string, string>> = {
  ' ': 'Space',
  Escape: 'Esc',
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
};
