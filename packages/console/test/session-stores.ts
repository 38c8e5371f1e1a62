import type { Me, Session } from '@greenvue/jobs/client';
import { vi } from 'vitest';
import { createSessionStore, type Renewal, type SessionDeps } from '../src/session/session-store.ts';
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

export function sessionOf(number: number): Session {
  return {
    access_token: `access-${number}`,
    token_type: 'Bearer',
    expires_in: 900,
    refresh_token: `gvr_${number}`,
    user: {
      id: ANN.id,
      email: 'ann@example.com',
      name: ANN.name,
      role: ANN.role,
      disabled: false,
      must_change_password: false,
      email_confirmed: true,
      created_at: '2026-01-01T00:00:00.000Z',
    },
  };
}

/** Another tab used `gvr_<was>` and now has `gvr_<is>`. */
export function renewalOf(was: number, is: number): Renewal {
  const past = Array.from({ length: is - was }, (_, after) => `gvr_${was + after}`);
  return {
    was: `gvr_${was}`,
    kept: { kind: 'refresh', token: `gvr_${is}`, access: `access-${is}`, past },
    me: ANN,
  };
}

/** A store whose server returns a new session for each refresh. */
export function storeWith(
  options: { readonly kept?: string | undefined; readonly deps?: Partial<SessionDeps> } = {},
) {
  let kept = options.kept;
  let number = 1;
  let tellRenewal: (renewal: Renewal) => void = () => undefined;
  let askFor: (token: string) => void = () => undefined;
  const ask = vi.fn(async (_token: string): Promise<void> => undefined);
  const refresh = vi.fn(async (_token: string) => {
    number += 1;
    return sessionOf(number);
  });
  const logOut = vi.fn(async (_token: string) => undefined);
  const announce = vi.fn();
  const whoHas = vi.fn(async (token: string) => {
    if (token === 'access-out') throw exampleRefusal(401);
    return token.startsWith('gv_') ? ROBOT : ANN;
  });
  const store = createSessionStore({
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
    announce,
    ask,
    onAsk: (listener) => {
      askFor = listener;
    },
    onRenewal: (listener) => {
      tellRenewal = listener;
    },
    ...options.deps,
  });
  return {
    store,
    refresh,
    logOut,
    whoHas,
    announce,
    kept: () => kept,
    ask,
    tellRenewal: (renewal: Renewal) => tellRenewal(renewal),
    askFor: (token: string) => askFor(token),
  };
}

/** A kept session whose access token has expired. */
export const RUN_OUT = 'refresh:gvr_1 access-out';

export const CREDENTIALS = { email: 'ann@example.com', password: 'x' };
