import {
  ApiError,
  type BulkCommand,
  type BulkJobs,
  type BulkRuns,
  bulkJobs,
  bulkRuns,
  cancelBulkCommand,
  getBulkCommand,
} from '@greenvue/jobs/client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { announceDone, announceFailure } from '../actions/announce.ts';
import { queryKeys } from '../data/queries/query-keys.ts';
import { LIVE_KEYS } from '../data/queries/stale-keys.ts';
import { useConnection } from '../session/session.tsx';
import { isOver, progressText } from './bulk-words.ts';

/** A bulk command to start. */
export type BulkOrder =
  | { readonly target: 'jobs'; readonly body: BulkJobs }
  | { readonly target: 'runs'; readonly body: BulkRuns };

export interface Bulk {
  /** The command that was started last, with its progress; undefined before its first answer. */
  readonly command: BulkCommand | undefined;
  /** From the start until the server says that it is over. */
  readonly isRunning: boolean;
  readonly start: (order: BulkOrder) => void;
  /** Changes no more items. */
  readonly cancel: () => void;
  /** Hides the result. */
  readonly dismiss: () => void;
}

/** Between two looks at a command, if no event arrives (ms). */
const LOOK_EVERY_MS = 1_000;

/** Starts a command on the server and watches it. It continues there when the page is left. */
export function useBulk(onOver: (command: BulkCommand) => void = () => undefined): Bulk {
  const connection = useConnection();
  const [id, setId] = useState<string>();
  const { data: command } = useQuery({
    queryKey: queryKeys.bulk(id),
    queryFn: ({ signal }) => getBulkCommand(connection, id ?? '', { signal }),
    enabled: id !== undefined,
    refetchInterval: ({ state }) => (state.data !== undefined && isOver(state.data) ? false : LOOK_EVERY_MS),
  });
  const starting = useMutation({
    mutationFn: (order: BulkOrder) =>
      order.target === 'jobs' ? bulkJobs(connection, order.body) : bulkRuns(connection, order.body),
    onSuccess: (plan) => {
      if (plan.id === null) announceDone('Nothing is left to change.');
      else setId(plan.id);
    },
    onError: (error) => announceFailure('The command was not started', error),
  });
  const client = useQueryClient();
  const cancelling = useMutation({
    mutationFn: (running: string) => cancelBulkCommand(connection, running),
    // 409: it was over before.
    onError: (error) => {
      if (!(error instanceof ApiError && error.status === 409))
        announceFailure('The command was not stopped', error);
    },
    onSettled: () => client.invalidateQueries({ queryKey: queryKeys.bulk(id) }),
  });
  useEnd(command, onOver);
  const isRunning = starting.isPending || (id !== undefined && (command === undefined || !isOver(command)));
  useLeaving(isRunning ? command : undefined);
  return {
    command,
    isRunning,
    start: (order) => {
      if (!isRunning) starting.mutate(order);
    },
    cancel: () => {
      if (id !== undefined) cancelling.mutate(id);
    },
    dismiss: () => setId(undefined),
  };
}

/** Reads all lists again once a command is over: events of many items may have been left out. */
function useEnd(command: BulkCommand | undefined, onOver: (command: BulkCommand) => void): void {
  const client = useQueryClient();
  const told = useRef<string>(undefined);
  useEffect(() => {
    if (command === undefined || !isOver(command) || told.current === command.id) return;
    told.current = command.id;
    for (const queryKey of LIVE_KEYS) void client.invalidateQueries({ queryKey });
    onOver(command);
  });
}

/** Says, when the page is left, that the command continues. */
function useLeaving(running: BulkCommand | undefined): void {
  const latest = useRef(running);
  useEffect(() => {
    latest.current = running;
  });
  useEffect(
    () => () => {
      if (latest.current !== undefined)
        announceDone(`${progressText(latest.current)}. The server continues without this page.`);
    },
    [],
  );
}
