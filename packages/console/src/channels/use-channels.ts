import {
  type AlertDeliveriesQuery,
  type Call,
  type Connection,
  type CreateAlertChannel,
  createAlertChannel,
  deleteAlertChannel,
  eachAlertDelivery,
  listAlertChannels,
  listAlertDeliveries,
  type PatchAlertChannel,
  patchAlertChannel,
  retryAlertDelivery,
  testAlertChannel,
} from '@greenvue/jobs/client';
import { keepPreviousData, type QueryClient, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { announceDone, announceProblem } from '../actions/announce.ts';
import { useAction } from '../actions/use-action.ts';
import { queryKeys } from '../data/queries/query-keys.ts';
import { FIRST } from '../data/queries/run-pages.ts';
import { useConnection, useIsSignedIn } from '../session/session.tsx';
import { isStatus } from '../ui/feedback/not-found.ts';
import { isolated } from '../ui/text/text.tsx';

const EVERY_MS = 5_000;

/** All alert channels. Changes of channels send no event, so the list is read every 5 s. */
export function useChannels() {
  const connection = useConnection();
  const isSignedIn = useIsSignedIn();
  return useQuery({
    queryKey: queryKeys.alertChannels(),
    queryFn: ({ signal }) => listAlertChannels(connection, { signal }),
    refetchInterval: isSignedIn ? EVERY_MS : false,
  });
}

export type DeliveriesFilter = Pick<AlertDeliveriesQuery, 'channel' | 'status' | 'condition'>;

/** The alerts by page, newest first. */
export function useDeliveries(filter: DeliveriesFilter) {
  const connection = useConnection();
  const isSignedIn = useIsSignedIn();
  return useInfiniteQuery({
    queryKey: queryKeys.alertDeliveries(filter),
    queryFn: ({ pageParam, signal }) =>
      listAlertDeliveries(
        connection,
        { ...filter, ...(pageParam === FIRST ? {} : { cursor: pageParam }) },
        { signal },
      ),
    initialPageParam: FIRST,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: isSignedIn ? EVERY_MS : false,
  });
}

/** Creates a channel. The dialog shows the server's errors. */
export function useCreateChannel() {
  return useAction({
    send: (connection, body: CreateAlertChannel) => createAlertChannel(connection, body),
    onDone: (channel, _, client) => {
      announceDone(`Created ${isolated(channel.id)}.`);
      changed(client);
    },
  });
}

interface PatchVariables {
  readonly id: string;
  readonly body: PatchAlertChannel;
}

/** Changes a channel. The dialog shows the server's errors. */
export function usePatchChannel() {
  return useAction({
    send: (connection, { id, body }: PatchVariables) => patchAlertChannel(connection, id, body),
    onDone: (channel, _, client) => {
      announceDone(`Saved ${isolated(channel.id)}.`);
      changed(client);
    },
  });
}

export function useDeleteChannel() {
  return useAction({
    send: (connection, id: string) => deleteAlertChannel(connection, id),
    onDone: (_, id, client) => {
      announceDone(`Deleted ${isolated(id)}.`);
      changed(client);
    },
    failure: (id) => `Could not delete ${isolated(id)}`,
  });
}

export function useTestChannel() {
  return useAction({
    send: (connection, id: string) => testAlertChannel(connection, id),
    onDone: ({ delivered, error, took_ms }, id) => {
      if (delivered) announceDone(`The sample arrived at ${isolated(id)} after ${took_ms} ms.`);
      else announceProblem(`The sample did not arrive at ${isolated(id)}`, error ?? '');
    },
    failure: (id) => `Could not test ${isolated(id)}`,
  });
}

export function useRetryDelivery() {
  return useAction({
    send: (connection, id: string) => retryAlertDelivery(connection, id),
    onDone: (_, __, client) => {
      announceDone('The alert is sent again.');
      changed(client);
    },
    failure: () => 'Could not send the alert again',
  });
}

/** How many alerts {@link useRetryAll} would send: counted when its question opens. */
export function useUndeliverableCount(filter: DeliveriesFilter, isAsked: boolean) {
  const connection = useConnection();
  return useQuery({
    queryKey: queryKeys.undeliverableCount(filter),
    queryFn: async ({ signal }) => {
      let count = 0;
      for await (const _ of undeliverable(connection, filter, { signal })) count += 1;
      return count;
    },
    enabled: isAsked,
    staleTime: 0,
    gcTime: 0,
  });
}

/** Sends all undeliverable alerts of a filter again. Returns how many it found. */
export function useRetryAll() {
  return useAction({
    send: async (connection, filter: DeliveriesFilter) => {
      let count = 0;
      for await (const { id } of undeliverable(connection, filter)) {
        count += 1;
        await retryAlertDelivery(connection, id).catch(ifRetried);
      }
      return count;
    },
    onDone: (count, _, client) => {
      announceDone(count === 1 ? '1 alert is sent again.' : `${count} alerts are sent again.`);
      changed(client);
    },
    failure: () => 'Could not send all alerts again',
  });
}

const ALERTS_PER_PAGE = 200;

function undeliverable(connection: Connection, filter: DeliveriesFilter, call?: Call) {
  const query = { ...filter, status: 'undeliverable', limit: ALERTS_PER_PAGE } as const;
  return eachAlertDelivery(connection, query, call);
}

/** An alert is retried with all others of its digest, so the next ones are no longer undeliverable. */
function ifRetried(error: unknown): void {
  if (!isStatus(error, 409)) throw error;
}

function changed(client: QueryClient): void {
  void client.invalidateQueries({ queryKey: queryKeys.alertChannels() });
  void client.invalidateQueries({ queryKey: queryKeys.alertDeliveries() });
}
