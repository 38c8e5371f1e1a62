import type { Calendar } from '@greenvue/jobs/client';
import { Button, Group, Table, Text } from '@mantine/core';
import { useState } from 'react';
import { whyNoChange } from '../data/declaration-words.ts';
import { Confirm } from '../ui/feedback/confirm.tsx';
import { useLast } from '../ui/feedback/use-last.ts';
import { Ago } from '../ui/instant/instant.tsx';
import { Plain } from '../ui/text/text.tsx';
import { useDeleteCalendar } from './use-change-calendar.ts';
import { windowText } from './window-words.ts';

interface TableProps {
  readonly calendars: readonly Calendar[];
  /** Absent for those who may only read. */
  readonly onEdit: ((calendar: Calendar) => void) | undefined;
}

/** The calendars with their windows. */
export function CalendarTable({ calendars, onEdit }: TableProps) {
  const [toDelete, setToDelete] = useState<string>();
  const shown = useLast(toDelete);
  const remove = useDeleteCalendar();
  return (
    <>
      <Table.ScrollContainer minWidth={640}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">Calendar</Table.Th>
              <Table.Th scope="col">Windows</Table.Th>
              <Table.Th scope="col">Changed</Table.Th>
              {onEdit === undefined ? null : <Table.Th scope="col">Actions</Table.Th>}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {calendars.map((calendar) => (
              <Table.Tr key={calendar.id}>
                <CalendarCells calendar={calendar} />
                {onEdit === undefined ? null : (
                  <Actions
                    calendar={calendar}
                    onEdit={() => onEdit(calendar)}
                    onDelete={() => setToDelete(calendar.id)}
                  />
                )}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <Confirm
        opened={toDelete !== undefined}
        onClose={() => setToDelete(undefined)}
        onConfirm={() => {
          if (toDelete !== undefined) remove.mutate(toDelete, { onSettled: () => setToDelete(undefined) });
        }}
        title="Delete this calendar?"
        confirmLabel="Delete calendar"
        danger
        isBusy={remove.isPending}
      >
        This deletes the windows of <Plain>{shown ?? ''}</Plain>. You can't delete a calendar that a job uses.
      </Confirm>
    </>
  );
}

function CalendarCells({ calendar }: { readonly calendar: Calendar }) {
  const { id, name, timezone, windows, updated_at } = calendar;
  const inCode = whyNoChange(calendar);
  return (
    <>
      <Table.Th scope="row">
        <Plain>{name}</Plain>
        {name === id ? null : (
          <Text size="xs" c="dimmed">
            <Plain>{id}</Plain>
          </Text>
        )}
        {inCode === undefined ? null : (
          <Text size="xs" c="dimmed">
            {inCode}
          </Text>
        )}
      </Table.Th>
      <Table.Td>
        {[...new Set(windows.map(windowText))].map((text) => (
          <div key={text}>{text}</div>
        ))}
        <Text size="xs" c="dimmed">
          {timezone}
        </Text>
      </Table.Td>
      <Table.Td>
        <Ago at={updated_at} />
      </Table.Td>
    </>
  );
}

interface ActionsProps {
  readonly calendar: Calendar;
  readonly onEdit: () => void;
  readonly onDelete: () => void;
}

function Actions({ calendar, onEdit, onDelete }: ActionsProps) {
  const { id } = calendar;
  const inCode = whyNoChange(calendar);
  const look = { size: 'compact-sm', variant: 'default', disabled: inCode !== undefined, title: inCode };
  return (
    <Table.Td>
      <Group gap="xs" wrap="nowrap">
        <Button {...look} aria-label={`Edit ${id}`} onClick={onEdit}>
          Edit
        </Button>
        <Button {...look} aria-label={`Delete ${id}`} onClick={onDelete}>
          Delete
        </Button>
      </Group>
    </Table.Td>
  );
}
