import { type BulkCommand, cancelBulkCommand, getBulkCommand, listBulkCommands } from '@greenvue/jobs/client';
import { skipToken, useQuery } from '@tanstack/react-query';
import { useAction } from '../actions/use-action.ts';
import { queryKeys } from '../data/queries/query-keys.ts';
import { useConnection, useIsSignedIn } from '../session/session.tsx';
import { isStatus } from '../ui/feedback/not-found.ts';
import { isOver } from './bulk-words.ts';

/** Between two reads of a running command, if no event arrives (ms). */
const READ_EVERY_MS = 2_000;
/** The maximum number of unfinished commands that the console shows. */
const MOST_SHOWN = 20;

/** A command with its progress. Without an id, reads nothing. */
export function useBulkCommand(id: string | undefined) {
  const connection = useConnection();
  const isSignedIn = useIsSignedIn();
  return useQuery({
    queryKey: queryKeys.bulk(id ?? ''),
    queryFn: id === undefined ? skipToken : ({ signal }) => getBulkCommand(connection, id, { signal }),
    refetchInterval: ({ state: { data, status } }) =>
      readAgainAfter(data && [data], { isSignedIn, hasFailed: status === 'error' }),
  });
}

/**
 * The commands that run on the server now: of all people, and those that this page started before a reload.
 */
export function useRunningCommands(): readonly BulkCommand[] {
  const connection = useConnection();
  const isSignedIn = useIsSignedIn();
  const { data, isError } = useQuery({
    queryKey: queryKeys.bulk(),
    queryFn: ({ signal }) =>
      listBulkCommands(connection, { status: ['running', 'cancelling'], limit: MOST_SHOWN }, { signal }),
    refetchInterval: ({ state: { data: known, status } }) =>
      readAgainAfter(known, { isSignedIn, hasFailed: status === 'error' }),
  });
  // A command that was running at the last read may be over by now.
  return isError ? [] : (data ?? []).filter((command) => !isOver(command));
}

interface Reading {
  readonly isSignedIn: boolean;
  /** The last read failed. An event, or a new connection, reads again. */
  readonly hasFailed: boolean;
}

/** When to read commands again (ms): never if all are over, or if the next read would fail, too. */
export function readAgainAfter(
  commands: readonly Pick<BulkCommand, 'status'>[] | undefined,
  { isSignedIn, hasFailed }: Reading,
): number | false {
  if (!isSignedIn || hasFailed) return false;
  return commands?.some((command) => !isOver(command)) === true ? READ_EVERY_MS : false;
}

/** Changes no more items of a command. */
export function useCancelBulk() {
  return useAction({
    // 409: it was over before.
    send: (connection, id: string) =>
      cancelBulkCommand(connection, id).catch((error: unknown) => {
        if (!isStatus(error, 409)) throw error;
      }),
    onDone: (_, __, client) => void client.invalidateQueries({ queryKey: queryKeys.bulk() }),
    failure: () => 'The command was not cancelled',
  });
}
