import { Button, Group, Modal, type ModalProps, Stack } from '@mantine/core';
import type { FormEvent, ReactNode } from 'react';
import { Plain } from '../text/text.tsx';
import { keepOpen } from './confirm.tsx';
import { FaultAlert } from './fault-alert.tsx';

interface FormDialogProps extends Pick<ModalProps, 'opened' | 'onClose' | 'title' | 'size'> {
  /** The request that the dialog sends. Its result is reset after the dialog has closed. */
  readonly action: { readonly isPending: boolean; readonly reset: () => void };
  readonly children: ReactNode;
}

/** A dialog that stays open while its action is running. */
export function FormDialog({ action, onClose, ...modal }: FormDialogProps) {
  return (
    <Modal {...modal} onClose={action.isPending ? keepOpen : onClose} onExitTransitionEnd={action.reset} />
  );
}

interface DialogFormProps {
  /** Why the action failed. */
  readonly fault?: string | undefined;
  readonly submitLabel: string;
  readonly danger?: boolean;
  readonly isBusy: boolean;
  readonly isReady?: boolean;
  readonly onSubmit: () => void;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** The form of a dialog, with its two buttons. A user can submit it only while it is ready and not busy. */
export function DialogForm(props: DialogFormProps) {
  const { fault, submitLabel, danger = false, isBusy, isReady = true, onSubmit, onClose, children } = props;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (isReady && !isBusy) onSubmit();
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <FaultAlert>{fault === undefined ? undefined : <Plain>{fault}</Plain>}</FaultAlert>
        {children}
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose} disabled={isBusy}>
            Cancel
          </Button>
          <Button type="submit" {...(danger ? { color: 'red' } : {})} loading={isBusy} disabled={!isReady}>
            {submitLabel}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
