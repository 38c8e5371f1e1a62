import type { BulkCommand } from '@greenvue/jobs/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { announceDone, announceFailure } from '../actions/announce.ts';
import { LIVE_KEYS } from '../data/queries/stale-keys.ts';
import { useConnection } from '../session/session.tsx';
import { useBulkCommand } from './bulk-queries.ts';
import { isOver, progressText } from './bulk-words.ts';
import { type BulkOrder, sendBulk } from './use-bulk-plan.ts';

/** The command that this page started last. */
export interface Bulk {
  readonly id: string | undefined;
  /** Its progress; undefined before the first answer. */
  readonly command: BulkCommand | undefined;
  /** From the start until the server says that it is over, or until nobody knows. */
  readonly isRunning: boolean;
  /** Why the progress is not known: it could not be read. */
  readonly error: Error | null;
  readonly start: (order: BulkOrder) => void;
  readonly readAgain: () => void;
  /** Hides the result. */
  readonly dismiss: () => void;
}

/** Starts a command on the server and watches it. It continues there when the page is left. */
export function useBulk(onOver: (command: BulkCommand) => void = () => undefined): Bulk {
  const connection = useConnection();
  const [id, setId] = useState<string>();
  const { data: command, error, refetch } = useBulkCommand(id);
  const starting = useMutation({
    mutationFn: (order: BulkOrder) => sendBulk(connection, order),
    onSuccess: (plan) => {
      if (plan.id === null) announceDone('Nothing is left to change.');
      else setId(plan.id);
    },
    onError: (fault) => announceFailure('The command was not started', fault),
  });
  useEnd(command, onOver);
  const isWatched = id !== undefined && error === null;
  const isRunning = starting.isPending || (isWatched && (command === undefined || !isOver(command)));
  useLeaving(isRunning ? command : undefined);
  return {
    id,
    command,
    isRunning,
    error,
    start: (order) => {
      if (isRunning) return;
      setId(undefined);
      starting.mutate(order);
    },
    readAgain: () => void refetch(),
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
