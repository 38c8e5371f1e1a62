import type { AlertDelivery } from '@greenvue/jobs/client';
import { Button, Group, NativeSelect, SegmentedControl, Table, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Link } from 'wouter';
import { Confirm } from '../ui/feedback/confirm.tsx';
import { Failed, Loading } from '../ui/feedback/states.tsx';
import { Instant } from '../ui/instant/instant.tsx';
import blocks from '../ui/layout/blocks.module.css';
import { Panel } from '../ui/layout/panel.tsx';
import { failuresPath, jobPath, runPath } from '../ui/paths.ts';
import { Plain, Spoken } from '../ui/text/text.tsx';
import { CONDITION_WORDS, CONDITIONS, STATUS_WORDS } from './condition-words.ts';
import { conditionOf, statusOf, useDeliveriesFilter } from './deliveries-filter.ts';
import {
  type DeliveriesFilter,
  useChannels,
  useDeliveries,
  useRetryAll,
  useRetryDelivery,
  useUndeliverableCount,
} from './use-channels.ts';

const STATUS_CHOICES = [
  { value: '', label: 'All' },
  ...Object.entries(STATUS_WORDS).map(([value, label]) => ({ value, label })),
];
const CONDITION_CHOICES = [
  { value: '', label: 'Any condition' },
  ...CONDITIONS.map((value) => ({ value, label: CONDITION_WORDS[value] })),
];

/** What was sent, waits, and could not be delivered. The filter is in the URL. */
export function DeliveriesPanel() {
  const [filter, change] = useDeliveriesFilter();
  const deliveries = useDeliveries(filter);
  const rows = deliveries.data?.pages.flatMap(({ data }) => data);
  return (
    <Panel title="Alerts" aside={<Filters filter={filter} onChange={change} />}>
      {filter.status === 'undeliverable' && rows !== undefined && rows.length > 0 ? (
        <RetryAll filter={filter} />
      ) : null}
      {deliveries.isPending ? <Loading rows={4} /> : null}
      {deliveries.isError ? (
        <Failed error={deliveries.error} onRetry={() => void deliveries.refetch()} />
      ) : null}
      {rows === undefined ? null : <DeliveryTable rows={rows} />}
      {deliveries.hasNextPage ? (
        <Button
          variant="default"
          mt="sm"
          loading={deliveries.isFetchingNextPage}
          onClick={() => void deliveries.fetchNextPage()}
        >
          Show more
        </Button>
      ) : null}
    </Panel>
  );
}

interface FiltersProps {
  readonly filter: DeliveriesFilter;
  readonly onChange: (part: DeliveriesFilter) => void;
}

function Filters({ filter, onChange }: FiltersProps) {
  const { data: channels = [] } = useChannels();
  const ids = channels.map(({ id }) => id);
  const known = filter.channel === undefined || ids.includes(filter.channel) ? ids : [filter.channel, ...ids];
  return (
    <Group gap="xs">
      <NativeSelect
        size="xs"
        aria-label="Channel"
        data={[{ value: '', label: 'All channels' }, ...known.map((id) => ({ value: id, label: id }))]}
        value={filter.channel ?? ''}
        onChange={({ currentTarget: { value } }) => onChange({ channel: value })}
      />
      <NativeSelect
        size="xs"
        aria-label="Condition"
        data={CONDITION_CHOICES}
        value={filter.condition ?? ''}
        onChange={({ currentTarget: { value } }) => onChange({ condition: conditionOf(value) })}
      />
      <SegmentedControl
        size="xs"
        aria-label="Which alerts"
        data={STATUS_CHOICES}
        value={filter.status ?? ''}
        onChange={(value) => onChange({ status: statusOf(value) })}
      />
    </Group>
  );
}

function RetryAll({ filter }: { readonly filter: DeliveriesFilter }) {
  const [isAsking, asking] = useDisclosure(false);
  const counting = useUndeliverableCount(filter, isAsking);
  const retry = useRetryAll();
  const count = counting.isFetching ? undefined : counting.data;
  const alerts = count === 1 ? '1 alert' : `${count?.toLocaleString('en') ?? 'these'} alerts`;
  return (
    <>
      <Button size="xs" variant="default" mb="sm" onClick={asking.open}>
        Send all again
      </Button>
      <Confirm
        opened={isAsking}
        onClose={asking.close}
        onConfirm={() => retry.mutate(filter, { onSettled: asking.close })}
        title={`Send ${alerts} again?`}
        confirmLabel={`Send ${alerts} again`}
        isBusy={retry.isPending}
        isDisabled={count === undefined || count === 0}
      >
        {counting.isError ? (
          <Failed error={counting.error} onRetry={() => void counting.refetch()} />
        ) : count === undefined ? (
          'Counting the alerts…'
        ) : (
          'These are the undeliverable alerts of the chosen channel and condition. Each is tried again for an hour.'
        )}
      </Confirm>
    </>
  );
}

function DeliveryTable({ rows }: { readonly rows: readonly AlertDelivery[] }) {
  if (rows.length === 0) return <p className={blocks.quiet}>No alerts</p>;
  return (
    <Table.ScrollContainer minWidth={760}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">When</Table.Th>
            <Table.Th scope="col">Job</Table.Th>
            <Table.Th scope="col">What</Table.Th>
            <Table.Th scope="col">Channel</Table.Th>
            <Table.Th scope="col">Delivery</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((delivery) => (
            <DeliveryRow key={delivery.id} delivery={delivery} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function DeliveryRow({ delivery }: { readonly delivery: AlertDelivery }) {
  const { at, job_id, job_name, run_id, condition, error, fingerprint, channel } = delivery;
  return (
    <Table.Tr>
      <Table.Td>
        <Instant at={at} />
      </Table.Td>
      <Table.Th scope="row">
        <Link href={jobPath(job_id)}>
          <Plain>{job_name}</Plain>
        </Link>
      </Table.Th>
      <Table.Td>
        {run_id === null ? (
          CONDITION_WORDS[condition]
        ) : (
          <Link href={runPath(run_id)}>{CONDITION_WORDS[condition]}</Link>
        )}
        {error === null ? null : (
          <Text size="xs" c="dimmed" component="div" lineClamp={2}>
            <Plain>{error.message}</Plain>
          </Text>
        )}
        {fingerprint == null ? null : (
          <Text size="xs" component="div">
            <Link href={failuresPath({ fingerprint })}>
              All failures of this cause<Spoken> {fingerprint}</Spoken>
            </Link>
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <Plain>{channel}</Plain>
      </Table.Td>
      <Table.Td>
        <DeliveryState delivery={delivery} />
      </Table.Td>
    </Table.Tr>
  );
}

function DeliveryState({ delivery }: { readonly delivery: AlertDelivery }) {
  const { id, status, tries, delivery_error, due_at } = delivery;
  const retry = useRetryDelivery();
  return (
    <>
      {STATUS_WORDS[status]}
      {status === 'pending' && tries > 0 && due_at !== null ? (
        <>
          {' '}
          until <Instant at={due_at} />, then try {tries + 1}
        </>
      ) : null}
      {delivery_error === null ? null : (
        <Text size="xs" c="red.8" component="div">
          <Plain>{delivery_error}</Plain>
        </Text>
      )}
      {status === 'undeliverable' ? (
        <Button
          size="compact-xs"
          variant="default"
          loading={retry.isPending}
          onClick={() => retry.mutate(id)}
        >
          Send again
        </Button>
      ) : null}
    </>
  );
}
