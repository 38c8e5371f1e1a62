import {
  type CreateUser,
  changeUser,
  createUser,
  endUserSession,
  endUserSessions,
  listUserSessions,
  listUsers,
  type Role,
  resetPassword,
  type User,
} from '@greenvue/accounts';
import { type QueryClient, useInfiniteQuery } from '@tanstack/react-query';
import { announceDone } from '../actions/announce.ts';
import { useAction } from '../actions/use-action.ts';
import { queryKeys } from '../data/queries/query-keys.ts';
import { FIRST } from '../data/queries/run-pages.ts';
import { useConnection } from '../session/session.tsx';
import { isolated } from '../ui/text/text.tsx';

/** The part of an account that an action names. */
export type UserRef = Pick<User, 'id' | 'email'>;

/** All accounts by page, newest first. */
export function useUsers() {
  const connection = useConnection();
  return useInfiniteQuery({
    queryKey: queryKeys.users(),
    queryFn: ({ pageParam, signal }) =>
      listUsers(connection, pageParam === FIRST ? {} : { cursor: pageParam }, { signal }),
    initialPageParam: FIRST,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

/** Creates an account. The dialog shows the server's errors. */
export function useCreateUser() {
  return useAction({
    send: (connection, body: CreateUser) => createUser(connection, body),
    onDone: ({ user, link }, _, client) => {
      if (link === null)
        announceDone(`Created ${isolated(user.email)}. The server has sent the link by mail.`);
      changed(client, user);
    },
  });
}

interface ChangeVariables {
  readonly user: UserRef;
  readonly change: { readonly role?: Role; readonly disabled?: boolean };
}

export function useChangeUser() {
  return useAction({
    send: (connection, { user, change }: ChangeVariables) => changeUser(connection, user.id, change),
    onDone: (user, { change }, client) => {
      const email = isolated(user.email);
      if (change.role !== undefined) announceDone(`${email} is ${user.role} now.`);
      else announceDone(user.disabled ? `Disabled ${email}.` : `Enabled ${email}.`);
      changed(client, user);
    },
    failure: ({ user }) => `Could not change ${isolated(user.email)}`,
  });
}

interface ResetVariables {
  readonly user: UserRef;
  readonly deliver: 'mail' | 'link';
}

/** Makes a link that sets a new password. The dialog shows the link, and the server's errors. */
export function useResetPassword() {
  return useAction({
    send: (connection, { user, deliver }: ResetVariables) => resetPassword(connection, user.id, { deliver }),
    onDone: ({ link }, { user }) => {
      if (link === null) announceDone(`Sent the link to ${isolated(user.email)}.`);
    },
  });
}

export function useUserSessions(userId: string) {
  const connection = useConnection();
  return useInfiniteQuery({
    queryKey: queryKeys.userSessions(userId),
    queryFn: ({ pageParam, signal }) =>
      listUserSessions(connection, userId, pageParam === FIRST ? {} : { cursor: pageParam }, { signal }),
    initialPageParam: FIRST,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

interface EndVariables {
  readonly user: UserRef;
  /** Undefined: all sessions. */
  readonly sessionId: string | undefined;
}

export function useEndSessions() {
  return useAction({
    send: (connection, { user, sessionId }: EndVariables) =>
      sessionId === undefined
        ? endUserSessions(connection, user.id)
        : endUserSession(connection, user.id, sessionId),
    onDone: (_answer, { user, sessionId }, client) => {
      const what = sessionId === undefined ? 'All sessions' : 'A session';
      announceDone(`${what} of ${isolated(user.email)} ended.`);
      void client.invalidateQueries({ queryKey: queryKeys.userSessions(user.id) });
    },
    failure: ({ user }) => `Could not end sessions of ${isolated(user.email)}`,
  });
}

function changed(client: QueryClient, user: User): void {
  client.setQueryData(queryKeys.user(user.id), user);
  void client.invalidateQueries({ queryKey: queryKeys.users() });
  void client.invalidateQueries({ queryKey: queryKeys.userSessions(user.id) });
}
