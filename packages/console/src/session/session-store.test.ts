import { ApiError, ConnectionError, type Me, type Session } from '@greenvue/jobs/client';
import { expect, test, vi } from 'vitest';
import { createSessionStore, type Renewal, type SessionDeps } from './session-store.ts';

const ANN: Me = { id: 'u1', kind: 'user', name: 'Ann', email: 'ann@example.com', role: 'operator' };
const ROBOT: Me = { id: 't1', kind: 'api_token', name: 'robot', email: null, role: 'admin' };

function sessionOf(number: number): Session {
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
      created_at: '2026-01-01T00:00:00.000Z',
    },
  };
}

function refusal(status: number): ApiError {
  return new ApiError({
    status,
    title: 'No',
    detail: 'No.',
    faults: [],
    requestId: undefined,
    retryAfterMs: undefined,
  });
}

/** A store on a server that gives a new session for each refresh. */
function storeWith(options: { readonly kept?: string; readonly deps?: Partial<SessionDeps> } = {}) {
  let kept = options.kept;
  let number = 1;
  let time = 0;
  let tellRenewal: (renewal: Renewal) => void = () => undefined;
  let askFor: (token: string) => void = () => undefined;
  const ask = vi.fn(async (_token: string) => undefined);
  const refresh = vi.fn(async (_token: string) => {
    number += 1;
    return sessionOf(number);
  });
  const logOut = vi.fn(async (_token: string) => undefined);
  const announce = vi.fn();
  const store = createSessionStore({
    logIn: async () => sessionOf(1),
    refresh,
    logOut,
    whoHas: async () => ROBOT,
    storage: {
      read: () => kept,
      write: (value) => {
        kept = value;
      },
    },
    now: () => time,
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
    announce,
    kept: () => kept,
    pass: (ms: number) => {
      time += ms;
    },
    ask,
    tellRenewal: (renewal: Renewal) => tellRenewal(renewal),
    askFor: (token: string) => askFor(token),
  };
}

const CREDENTIALS = { email: 'ann@example.com', password: 'x' };

test('a sign-in keeps the refresh token for a reload, and the access token nowhere', async () => {
  const { store, kept } = storeWith();
  await store.resume();
  expect(store.state()).toEqual({ phase: 'signed-out' });
  await store.signIn(CREDENTIALS);
  expect(store.state()).toEqual({ phase: 'signed-in', me: ANN });
  expect(store.token()).toBe('access-1');
  expect(kept()).toBe('refresh:gvr_1');
  expect(kept()).not.toContain('access-1');
});

test('however many renew at once, the server sees the refresh token once', async () => {
  const { store, refresh, pass, kept } = storeWith();
  await store.signIn(CREDENTIALS);
  pass(900_000);
  const answers = await Promise.all(Array.from({ length: 20 }, () => store.renew()));
  expect(answers.every(Boolean)).toBe(true);
  expect(refresh.mock.calls).toEqual([['gvr_1']]);
  expect(store.token()).toBe('access-2');
  expect(kept()).toBe('refresh:gvr_2');
});

test('who comes late with the old token finds it renewed, and the next time it is asked for again', async () => {
  const { store, refresh, pass } = storeWith();
  await store.signIn(CREDENTIALS);
  pass(900_000);
  await store.renew();
  pass(4_000);
  expect(await store.renew()).toBe(true);
  expect(refresh).toHaveBeenCalledTimes(1);
  pass(900_000);
  expect(await store.renew()).toBe(true);
  expect(refresh.mock.calls).toEqual([['gvr_1'], ['gvr_2']]);
});

test('a refused refresh expires the session, and remembers whose it was', async () => {
  const { store, kept, pass } = storeWith({ deps: { refresh: () => Promise.reject(refusal(401)) } });
  await store.signIn(CREDENTIALS);
  pass(900_000);
  expect(await store.renew()).toBe(false);
  expect(store.state()).toEqual({ phase: 'expired', me: ANN });
  expect(kept()).toBeUndefined();
  await store.signIn(CREDENTIALS);
  expect(store.state()).toEqual({ phase: 'signed-in', me: ANN });
});

test('a server that does not answer ends no session', async () => {
  const gone = new ConnectionError('no_answer', 'No answer.');
  const { store, kept, pass } = storeWith({ deps: { refresh: () => Promise.reject(gone) } });
  await store.signIn(CREDENTIALS);
  pass(900_000);
  await expect(store.renew()).rejects.toBe(gone);
  expect(store.state()).toEqual({ phase: 'signed-in', me: ANN });
  expect(kept()).toBe('refresh:gvr_1');
});

test('a reload goes on with what the tab had kept', async () => {
  const byPassword = storeWith({ kept: 'refresh:gvr_1' });
  await byPassword.store.resume();
  expect(byPassword.store.state()).toEqual({ phase: 'signed-in', me: ANN });
  const byToken = storeWith({ kept: 'api:gv_secret' });
  await byToken.store.resume();
  expect(byToken.store.state()).toEqual({ phase: 'signed-in', me: ROBOT });
  expect(byToken.store.token()).toBe('gv_secret');
});

test('a reload with what has run out asks to sign in, and one without a server says so and keeps it', async () => {
  const old = storeWith({ kept: 'refresh:gvr_1', deps: { refresh: () => Promise.reject(refusal(401)) } });
  await old.store.resume();
  expect(old.store.state()).toEqual({ phase: 'signed-out' });
  const gone = new ConnectionError('no_answer', 'No answer.');
  const cut = storeWith({ kept: 'refresh:gvr_1', deps: { refresh: () => Promise.reject(gone) } });
  await cut.store.resume();
  expect(cut.store.state()).toEqual({ phase: 'unreachable', error: gone });
  expect(cut.kept()).toBe('refresh:gvr_1');
});

test('nothing but a kept token is taken from the storage', async () => {
  const { store } = storeWith({ kept: '{"role":"admin"}' });
  await store.resume();
  expect(store.state()).toEqual({ phase: 'signed-out' });
});

test('an API token that is refused can not be renewed', async () => {
  const { store, refresh } = storeWith();
  await store.signInWithToken('gv_secret');
  expect(await store.renew()).toBe(false);
  expect(refresh).not.toHaveBeenCalled();
  expect(store.state()).toEqual({ phase: 'expired', me: ROBOT });
});

test('a refresh that comes back after a sign-out signs nobody in', async () => {
  let answer: (session: Session) => void = () => undefined;
  const refresh = () => new Promise<Session>((resolve) => (answer = resolve));
  const { store, pass, kept } = storeWith({ deps: { refresh } });
  await store.signIn(CREDENTIALS);
  pass(900_000);
  const renewal = store.renew();
  await store.signOut();
  answer(sessionOf(2));
  expect(await renewal).toBe(false);
  expect(store.state()).toEqual({ phase: 'signed-out' });
  expect(kept()).toBeUndefined();
});

test('a sign-out tells the server, and holds without it', async () => {
  const told = storeWith();
  await told.store.signIn(CREDENTIALS);
  await told.store.signOut();
  expect(told.logOut.mock.calls).toEqual([['gvr_1']]);
  const cut = storeWith({
    deps: { logOut: () => Promise.reject(new ConnectionError('no_answer', 'No answer.')) },
  });
  await cut.store.signIn(CREDENTIALS);
  await cut.store.signOut();
  expect(cut.store.state()).toEqual({ phase: 'signed-out' });
  expect(cut.kept()).toBeUndefined();
});

test('a duplicated tab shares what the other one got, so that no token comes twice', async () => {
  const { store, refresh, announce, pass, tellRenewal } = storeWith({ kept: 'refresh:gvr_1' });
  await store.resume();
  expect(announce).toHaveBeenCalledWith({ was: 'gvr_1', session: sessionOf(2) });
  pass(900_000);
  tellRenewal({ was: 'gvr_of_somebody_else', session: sessionOf(7) });
  expect(store.token()).toBe('access-2');
  tellRenewal({ was: 'gvr_2', session: sessionOf(3) });
  expect(store.token()).toBe('access-3');
  expect(await store.renew()).toBe(true);
  expect(refresh).toHaveBeenCalledTimes(1);
});

test('a reload asks the other tabs first, and takes what they have', async () => {
  const page = storeWith({ kept: 'refresh:gvr_1' });
  page.ask.mockImplementation(async () => {
    page.tellRenewal({ was: 'gvr_1', session: sessionOf(5) });
    return undefined;
  });
  await page.store.resume();
  expect(page.refresh).not.toHaveBeenCalled();
  expect(page.store.token()).toBe('access-5');
});

test('who is asked tells what became of a token that it had, and of no other', async () => {
  const { store, announce, pass, askFor } = storeWith();
  await store.signIn(CREDENTIALS);
  pass(900_000);
  await store.renew();
  announce.mockClear();
  askFor('gvr_of_somebody_else');
  askFor('gvr_2');
  expect(announce).not.toHaveBeenCalled();
  askFor('gvr_1');
  expect(announce).toHaveBeenCalledWith({ was: 'gvr_1', session: sessionOf(2) });
  await store.signOut();
  announce.mockClear();
  askFor('gvr_1');
  expect(announce).not.toHaveBeenCalled();
});

test('a role that changed is read anew', async () => {
  const { store } = storeWith({ deps: { whoHas: async () => ({ ...ANN, role: 'user' }) } });
  await store.signIn(CREDENTIALS);
  await store.reread();
  expect(store.state()).toEqual({ phase: 'signed-in', me: { ...ANN, role: 'user' } });
});
