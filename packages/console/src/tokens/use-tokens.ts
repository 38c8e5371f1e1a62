import { listTokens, type MakeToken, makeToken, revokeToken } from '@greenvue/accounts';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { announceDone } from '../actions/announce.ts';
import { useAction } from '../actions/use-action.ts';
import { queryKeys } from '../data/queries/query-keys.ts';
import { FIRST } from '../data/queries/run-pages.ts';
import { useConnection } from '../session/session.tsx';
import { isolated } from '../ui/text/text.tsx';

/** The API tokens by page, newest first. */
export function useApiTokens(query: { readonly mine: boolean }) {
  const connection = useConnection();
  return useInfiniteQuery({
    queryKey: queryKeys.tokens(query),
    queryFn: ({ pageParam, signal }) =>
      listTokens(connection, { ...query, ...(pageParam === FIRST ? {} : { cursor: pageParam }) }, { signal }),
    initialPageParam: FIRST,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  });
}

/** Creates a token. The dialog shows its secret, and the server's errors. */
export function useMakeToken() {
  return useAction({
    send: (connection, body: MakeToken) => makeToken(connection, body),
    onDone: (_answer, _body, client) => void client.invalidateQueries({ queryKey: queryKeys.tokens() }),
  });
}

interface RevokeVariables {
  readonly token: { readonly id: string; readonly name: string };
}

export function useRevokeToken() {
  return useAction({
    send: (connection, { token }: RevokeVariables) => revokeToken(connection, token.id),
    onDone: (_answer, { token }, client) => {
      announceDone(`Revoked the token ${isolated(token.name)}.`);
      void client.invalidateQueries({ queryKey: queryKeys.tokens() });
    },
    failure: ({ token }) => `Could not revoke ${isolated(token.name)}`,
  });
}
