import { Button, Popover, Stack } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { ChevronIcon } from '../ui/icons.tsx';

interface PopoverButtonProps {
  readonly text: string;
  /** The name of what opens. */
  readonly label: string;
  readonly width?: number | 'max-content';
  readonly children: (close: () => void) => ReactNode;
}

/** A button that opens a small dialog below it. */
export function PopoverButton({ text, label, width = 'max-content', children }: PopoverButtonProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <Popover
      opened={isOpen}
      onChange={setOpen}
      position="bottom-end"
      width={width}
      trapFocus
      withRoles={false}
    >
      <Popover.Target>
        <Button
          variant="default"
          aria-haspopup="dialog"
          aria-expanded={isOpen}
          rightSection={<ChevronIcon size={14} />}
          onClick={() => setOpen(!isOpen)}
        >
          {text}
        </Button>
      </Popover.Target>
      <Popover.Dropdown role="dialog" aria-label={label}>
        <Stack gap="sm">{children(() => setOpen(false))}</Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
