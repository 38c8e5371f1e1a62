import type { AlertChannel } from '@greenvue/jobs/client';
import { Button, Group, Table, Text } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import { Confirm } from '../ui/feedback/confirm.tsx';
import { useLast } from '../ui/feedback/use-last.ts';
import { Ago } from '../ui/instant/instant.tsx';
import { Plain, Spoken } from '../ui/text/text.tsx';
import { CONDITION_WORDS } from './condition-words.ts';
import { deliveriesPath } from './deliveries-filter.ts';
import { EditChannelDialog } from './edit-channel-dialog.tsx';
import { useDeleteChannel, useTestChannel } from './use-channels.ts';

/** The channels, each with its last delivery and what waits. */
export function ChannelTable({ channels }: { readonly channels: readonly AlertChannel[] }) {
  const [toDelete, setToDelete] = useState<string>();
  const [toEdit, setToEdit] = useState<AlertChannel>();
  const shown = useLast(toDelete);
  const remove = useDeleteChannel();
  return (
    <>
      <Table.ScrollContainer minWidth={760}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">Channel</Table.Th>
              <Table.Th scope="col">Sends to</Table.Th>
              <Table.Th scope="col">Receives</Table.Th>
              <Table.Th scope="col">State</Table.Th>
              <Table.Th scope="col">Actions</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {channels.map((channel) => (
              <ChannelRow
                key={channel.id}
                channel={channel}
                onEdit={() => setToEdit(channel)}
                onDelete={() => setToDelete(channel.id)}
              />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <EditChannelDialog channel={toEdit} onClose={() => setToEdit(undefined)} />
      <Confirm
        opened={toDelete !== undefined}
        onClose={() => setToDelete(undefined)}
        onConfirm={() => {
          if (toDelete !== undefined) remove.mutate(toDelete, { onSettled: () => setToDelete(undefined) });
        }}
        title="Delete this channel?"
        confirmLabel="Delete channel"
        danger
        isBusy={remove.isPending}
      >
        <Plain>{shown ?? ''}</Plain> gets no more alerts, and the list of its alerts is deleted, too.
      </Confirm>
    </>
  );
}

interface RowProps {
  readonly channel: AlertChannel;
  readonly onEdit: () => void;
  readonly onDelete: () => void;
}

function ChannelRow({ channel, onEdit, onDelete }: RowProps) {
  const test = useTestChannel();
  const { id, all_jobs, enabled, conditions } = channel;
  return (
    <Table.Tr>
      <Table.Th scope="row">
        <Plain>{id}</Plain>
      </Table.Th>
      <Table.Td>
        <Plain>{targetText(channel)}</Plain>
      </Table.Td>
      <Table.Td>
        {enabled ? null : <Text fw={600}>Off</Text>}
        {all_jobs ? 'All jobs' : 'Jobs that name it'}
        <Text size="xs" c="dimmed">
          {conditions === null
            ? 'All conditions'
            : conditions.map((condition) => CONDITION_WORDS[condition]).join(', ')}
        </Text>
      </Table.Td>
      <Table.Td>
        <ChannelState channel={channel} />
      </Table.Td>
      <Table.Td>
        <Group gap="xs" wrap="nowrap">
          <Button
            size="compact-sm"
            variant="default"
            loading={test.isPending}
            aria-label={`Test ${id}`}
            onClick={() => test.mutate(id)}
          >
            Test
          </Button>
          <Button size="compact-sm" variant="default" aria-label={`Edit ${id}`} onClick={onEdit}>
            Edit
          </Button>
          <Button size="compact-sm" variant="default" aria-label={`Delete ${id}`} onClick={onDelete}>
            Delete
          </Button>
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}

function targetText({ kind, config }: AlertChannel): string {
  const { to, url } = config;
  if (Array.isArray(to)) return `${kind}: ${to.join(', ')}`;
  if (typeof to === 'string') return `${kind}: ${to}`;
  return typeof url === 'string' ? `${kind}: ${url.replace('/[hidden]', '/…')}` : kind;
}

function ChannelState({ channel }: Pick<RowProps, 'channel'>) {
  const { id, pending, undeliverable, last_sent_at, last_error } = channel;
  return (
    <>
      {last_error === null ? null : (
        <Text size="sm" c="red.8" component="div">
          <Plain>{last_error}</Plain>
        </Text>
      )}
      <div>{last_sent_at === null ? 'Nothing sent yet' : <SentAgo at={last_sent_at} />}</div>
      {pending + undeliverable === 0 ? null : (
        <Text size="xs" c="dimmed">
          {pending} pending,{' '}
          {undeliverable === 0 ? (
            'none undeliverable'
          ) : (
            <Link href={deliveriesPath({ channel: id, status: 'undeliverable' })}>
              {undeliverable} undeliverable<Spoken> alerts of {id}</Spoken>
            </Link>
          )}
        </Text>
      )}
    </>
  );
}

function SentAgo({ at }: { readonly at: string }) {
  return (
    <>
      Last sent <Ago at={at} />
    </>
  );
}
