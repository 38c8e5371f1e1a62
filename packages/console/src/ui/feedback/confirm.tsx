import { Button, Group, Modal, Stack } from '@mantine/core';
import type { ReactNode } from 'react';

interface ConfirmProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  /** Called once the dialog is out of sight. */
  readonly onClosed?: () => void;
  readonly onConfirm: () => void;
  readonly title: ReactNode;
  /** The label of the button, such as "Delete job"; never "OK". */
  readonly confirmLabel: string;
  /** The label of the button that does nothing; "Back" where the action itself is to cancel something. */
  readonly backLabel?: 'Cancel' | 'Back';
  readonly danger?: boolean;
  readonly isBusy?: boolean;
  /** Nothing can be confirmed yet. */
  readonly isDisabled?: boolean;
  /** The effect of the action. */
  readonly children: ReactNode;
}

/** Asks before an action that cannot be undone. The button that cancels has the focus. */
export function Confirm(props: ConfirmProps) {
  const { opened, onClose, onClosed = keepOpen, onConfirm, title, confirmLabel, children } = props;
  const { backLabel = 'Cancel', danger = false, isBusy = false, isDisabled = false } = props;
  return (
    <Modal opened={opened} onClose={isBusy ? keepOpen : onClose} onExitTransitionEnd={onClosed} title={title}>
      <Stack gap="lg">
        <div>{children}</div>
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose} data-autofocus disabled={isBusy}>
            {backLabel}
          </Button>
          <Button
            {...(danger ? { color: 'red' } : {})}
            onClick={onConfirm}
            loading={isBusy}
            disabled={isDisabled}
          >
            {confirmLabel}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

/** Keeps a dialog open while its action is running: the dialog shows the result. */
export const keepOpen = (): void => undefined;
