import type { CookieSession, Me } from '@greenvue/accounts';
import { vi } from 'vitest';
import { type AccountSessionDeps, createAccountSession } from '../src/session/account-session.ts';
import type { Viewer } from '../src/session/session-store.ts';
import { exampleRefusal } from './examples.ts';

export const ANN: Me = {
  id: 'u1',
  kind: 'user',
  name: 'Ann',
  email: 'ann@example.com',
  role: 'operator',
  must_change_password: false,
};
export const ROBOT: Me = {
  id: 't1',
  kind: 'api_token',
  name: 'robot',
  email: null,
  role: 'admin',
  must_change_password: false,
};

/** What the page knows of an account. */
export function viewerWith(account: Me): Viewer {
  const actor = `${account.kind === 'user' ? 'user' : 'token'}:${account.id}`;
  const rights = account.role === 'admin' ? ['read', 'operate', 'admin'] : ['read', 'operate'];
  return { actor, name: account.name, rights: rights.filter(isRight), account };
}

function isRight(text: string): text is Viewer['rights'][number] {
  return text === 'read' || text === 'operate' || text === 'admin';
}

export function sessionOf(number: number, user: Partial<CookieSession['user']> = {}): CookieSession {
  return {
    access_token: `access-${number}`,
    token_type: 'Bearer',
    expires_in: 900,
    user: {
      id: ANN.id,
      email: 'ann@example.com',
      name: ANN.name,
      role: ANN.role,
      disabled: false,
      must_change_password: false,
      email_confirmed: true,
      created_at: '2026-01-01T00:00:00.000Z',
      last_seen_at: null,
      ...user,
    },
  };
}

/** A session whose server returns another access token for each refresh. */
export function accountWith(
  options: { readonly kept?: string | undefined; readonly deps?: Partial<AccountSessionDeps> } = {},
) {
  let kept = options.kept;
  let number = 1;
  const refresh = vi.fn(async () => {
    number += 1;
    return sessionOf(number);
  });
  const logOut = vi.fn(async () => undefined);
  const whoHas = vi.fn(async (token: string) => {
    if (token === 'access-out') throw exampleRefusal(401);
    return token.startsWith('gv_') ? ROBOT : ANN;
  });
  const store = createAccountSession({
    logIn: async () => sessionOf(1),
    refresh,
    logOut,
    whoHas,
    storage: {
      read: () => kept,
      write: (value) => {
        kept = value;
      },
    },
    alone: (run) => run(),
    ...options.deps,
  });
  return { store, refresh, logOut, whoHas, kept: () => kept };
}

export const CREDENTIALS = { email: 'ann@example.com', password: 'x' };
