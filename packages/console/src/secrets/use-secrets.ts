import { deleteSecret, listSecrets, putSecret } from '@greenvue/jobs/client';
import { type QueryClient, useQuery } from '@tanstack/react-query';
import { announceDone } from '../actions/announce.ts';
import { useAction } from '../actions/use-action.ts';
import { queryKeys } from '../data/queries/query-keys.ts';
import { useConnection, useIsSignedIn } from '../session/session.tsx';
import { isolated } from '../ui/text/text.tsx';

const EVERY_MS = 10_000;

/** The stored secrets without their values. Changes send no event, so the list is read every 10 s. */
export function useSecrets() {
  const connection = useConnection();
  const isSignedIn = useIsSignedIn();
  return useQuery({
    queryKey: queryKeys.secrets(),
    queryFn: ({ signal }) => listSecrets(connection, { signal }),
    refetchInterval: isSignedIn ? EVERY_MS : false,
  });
}

interface SetVariables {
  readonly name: string;
  readonly value: string;
}

/** Creates or replaces a secret. The dialog shows the server's errors. */
export function useSetSecret() {
  return useAction({
    send: (connection, { name, value }: SetVariables) => putSecret(connection, name, value),
    onDone: ({ name, created }, _, client) => {
      announceDone(`${created ? 'Created' : 'Replaced'} ${isolated(name)}.`);
      changed(client);
    },
  });
}

export function useDeleteSecret() {
  return useAction({
    send: (connection, name: string) => deleteSecret(connection, name),
    onDone: (_, name, client) => {
      announceDone(`Deleted ${isolated(name)}.`);
      changed(client);
    },
    failure: (name) => `Could not delete ${isolated(name)}`,
  });
}

function changed(client: QueryClient): void {
  void client.invalidateQueries({ queryKey: queryKeys.secrets() });
}
