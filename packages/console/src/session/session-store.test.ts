import { ApiError, ConnectionError, type Me, type Session } from '@greenvue/jobs/client';
import { expect, test, vi } from 'vitest';
import { createSessionStore, type Renewal, type SessionDeps } from './session-store.ts';

const ANN: Me = {
  id: 'u1',
  kind: 'user',
  name: 'Ann',
  email: 'ann@example.com',
  role: 'operator',
  must_change_password: false,
};
const ROBOT: Me = {
  id: 't1',
  kind: 'api_token',
  name: 'robot',
  email: null,
  role: 'admin',
  must_change_password: false,
};

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
      disabled: false,
      must_change_password: false,
      email_confirmed: true,
      created_at: '2026-01-01T00:00:00.000Z',
    },
  };
}

/** Another tab used `gvr_<was>` and now has `gvr_<is>`. */
function renewalOf(was: number, is: number): Renewal {
  const past = Array.from({ length: is - was }, (_, after) => `gvr_${was + after}`);
  return {
    was: `gvr_${was}`,
    kept: { kind: 'refresh', token: `gvr_${is}`, access: `access-${is}`, past },
    me: ANN,
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

/** A store whose server returns a new session for each refresh. */
function storeWith(
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
    if (token === 'access-out') throw refusal(401);
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
const RUN_OUT = 'refresh:gvr_1 access-out';

const CREDENTIALS = { email: 'ann@example.com', password: 'x' };

test('a sign-in keeps both tokens for a reload', async () => {
  const { store, kept } = storeWith();
  await store.resume();
  expect(store.state()).toEqual({ phase: 'signed-out' });
  await store.signIn(CREDENTIALS);
  expect(store.state()).toEqual({ phase: 'signed-in', me: ANN });
  expect(store.token()).toBe('access-1');
  expect(kept()).toBe('refresh:gvr_1 access-1');
});

test('concurrent renewals send the refresh token once', async () => {
  const { store, refresh, kept } = storeWith();
  await store.signIn(CREDENTIALS);
  const answers = await Promise.all(Array.from({ length: 20 }, () => store.renew()));
  expect(answers.every(Boolean)).toBe(true);
  expect(refresh.mock.calls).toEqual([['gvr_1']]);
  expect(store.token()).toBe('access-2');
  expect(kept()).toBe('refresh:gvr_2 access-2 gvr_1');
});

test('a tab that waited takes the tokens of the other tab, and renews once they expire', async () => {
  let letIn: () => void = () => undefined;
  const turn = new Promise<void>((resolve) => (letIn = resolve));
  const { store, refresh, tellRenewal } = storeWith({ deps: { alone: async (run) => turn.then(run) } });
  await store.signIn(CREDENTIALS);
  const renewal = store.renew();
  tellRenewal(renewalOf(1, 5));
  letIn();
  expect(await renewal).toBe(true);
  expect(store.token()).toBe('access-5');
  expect(refresh).not.toHaveBeenCalled();
  expect(await store.renew()).toBe(true);
  expect(refresh.mock.calls).toEqual([['gvr_5']]);
});

test('a refused refresh expires the session and keeps its user', async () => {
  const { store, kept } = storeWith({ deps: { refresh: () => Promise.reject(refusal(401)) } });
  await store.signIn(CREDENTIALS);
  expect(await store.renew()).toBe(false);
  expect(store.state()).toEqual({ phase: 'expired', me: ANN });
  expect(kept()).toBeUndefined();
  await store.signIn(CREDENTIALS);
  expect(store.state()).toEqual({ phase: 'signed-in', me: ANN });
});

test('an unreachable server ends no session', async () => {
  const gone = new ConnectionError('no_answer', 'No answer.');
  const { store, kept } = storeWith({ deps: { refresh: () => Promise.reject(gone) } });
  await store.signIn(CREDENTIALS);
  await expect(store.renew()).rejects.toBe(gone);
  expect(store.state()).toEqual({ phase: 'signed-in', me: ANN });
  expect(kept()).toBe('refresh:gvr_1 access-1');
});

test('a reload uses the access token and no refresh token', async () => {
  const { store, refresh, whoHas, kept } = storeWith({ kept: 'refresh:gvr_1 access-1' });
  await store.resume();
  expect(store.state()).toEqual({ phase: 'signed-in', me: ANN });
  expect(store.token()).toBe('access-1');
  expect(whoHas.mock.calls).toEqual([['access-1']]);
  expect(refresh).not.toHaveBeenCalled();
  expect(kept()).toBe('refresh:gvr_1 access-1');
});

test('a reload renews an expired access token', async () => {
  const { store, refresh } = storeWith({ kept: RUN_OUT });
  await store.resume();
  expect(store.state()).toEqual({ phase: 'signed-in', me: ANN });
  expect(refresh.mock.calls).toEqual([['gvr_1']]);
  expect(store.token()).toBe('access-2');
});

test('a reload resumes the kept session', async () => {
  const byPassword = storeWith({ kept: 'refresh:gvr_1 access-1' });
  await byPassword.store.resume();
  expect(byPassword.store.state()).toEqual({ phase: 'signed-in', me: ANN });
  const byToken = storeWith({ kept: 'api:gv_secret' });
  await byToken.store.resume();
  expect(byToken.store.state()).toEqual({ phase: 'signed-in', me: ROBOT });
  expect(byToken.store.token()).toBe('gv_secret');
});

test('a reload with an expired session asks to sign in; without a server it says so and keeps the session', async () => {
  const old = storeWith({ kept: RUN_OUT, deps: { refresh: () => Promise.reject(refusal(401)) } });
  await old.store.resume();
  expect(old.store.state()).toEqual({ phase: 'signed-out' });
  const gone = new ConnectionError('no_answer', 'No answer.');
  const cut = storeWith({ kept: RUN_OUT, deps: { refresh: () => Promise.reject(gone) } });
  await cut.store.resume();
  expect(cut.store.state()).toEqual({ phase: 'unreachable', error: gone });
  expect(cut.kept()).toBe(RUN_OUT);
});

test('anything but a kept session in the storage is ignored', async () => {
  const { store } = storeWith({ kept: '{"role":"admin"}' });
  await store.resume();
  expect(store.state()).toEqual({ phase: 'signed-out' });
});

test("an API token that is refused can't be renewed", async () => {
  const { store, refresh } = storeWith();
  await store.signInWithToken('gv_secret');
  expect(await store.renew()).toBe(false);
  expect(refresh).not.toHaveBeenCalled();
  expect(store.state()).toEqual({ phase: 'expired', me: ROBOT });
});

test('a refresh answered after a sign-out signs nobody in', async () => {
  let answer: (session: Session) => void = () => undefined;
  const refresh = () => new Promise<Session>((resolve) => (answer = resolve));
  const { store, kept } = storeWith({ deps: { refresh } });
  await store.signIn(CREDENTIALS);
  const renewal = store.renew();
  await store.signOut();
  answer(sessionOf(2));
  expect(await renewal).toBe(false);
  expect(store.state()).toEqual({ phase: 'signed-out' });
  expect(kept()).toBeUndefined();
});

test('a tab that gets a newer token during its own refresh stays signed in, whatever the answer', async () => {
  for (const answer of [() => sessionOf(2), () => Promise.reject(refusal(401))]) {
    let letOn: () => void = () => undefined;
    const pending = new Promise<void>((resolve) => (letOn = resolve));
    const refresh = () => pending.then(answer);
    const { store, kept, tellRenewal } = storeWith({ deps: { refresh } });
    await store.signIn(CREDENTIALS);
    const renewal = store.renew();
    tellRenewal(renewalOf(1, 5));
    letOn();
    expect(await renewal).toBe(true);
    expect(store.state()).toEqual({ phase: 'signed-in', me: ANN });
    expect(store.token()).toBe('access-5');
    expect(kept()).toBe('refresh:gvr_5 access-5 gvr_1 gvr_2 gvr_3 gvr_4');
  }
});

test('a sign-out informs the server, but works without it', async () => {
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

test('a duplicated tab takes the tokens of the other tab, so that no token is sent twice', async () => {
  const { store, refresh, announce, tellRenewal } = storeWith({ kept: RUN_OUT });
  await store.resume();
  expect(announce).toHaveBeenCalledWith(renewalOf(1, 2));
  tellRenewal({ ...renewalOf(1, 7), was: 'gvr_of_somebody_else' });
  expect(store.token()).toBe('access-2');
  tellRenewal(renewalOf(2, 3));
  expect(store.token()).toBe('access-3');
  expect(refresh).toHaveBeenCalledTimes(1);
});

test('a reload asks the other tabs first and takes their tokens', async () => {
  const page = storeWith({ kept: RUN_OUT });
  page.ask.mockImplementation(async () => {
    page.tellRenewal(renewalOf(1, 5));
    return undefined;
  });
  await page.store.resume();
  expect(page.refresh).not.toHaveBeenCalled();
  expect(page.store.token()).toBe('access-5');
});

test('a tab answers only for tokens that it had', async () => {
  const { store, announce, askFor } = storeWith();
  await store.signIn(CREDENTIALS);
  await store.renew();
  announce.mockClear();
  askFor('gvr_of_somebody_else');
  askFor('gvr_2');
  expect(announce).not.toHaveBeenCalled();
  askFor('gvr_1');
  expect(announce).toHaveBeenCalledWith(renewalOf(1, 2));
  await store.signOut();
  announce.mockClear();
  askFor('gvr_1');
  expect(announce).not.toHaveBeenCalled();
});

test('a reload keeps the used tokens and shares them with other tabs', async () => {
  const first = storeWith();
  await first.store.signIn(CREDENTIALS);
  await first.store.renew();
  const reloaded = storeWith({ kept: first.kept() });
  await reloaded.store.resume();
  reloaded.askFor('gvr_1');
  expect(reloaded.announce).toHaveBeenCalledWith(renewalOf(1, 2));
  const other = storeWith({ kept: RUN_OUT });
  other.ask.mockImplementation(async () => other.tellRenewal(renewalOf(1, 2)));
  await other.store.resume();
  expect(other.kept()).toBe(first.kept());
});

test('tabs loaded at the same time with expired access tokens use no refresh token twice', async () => {
  const ahead = storeWith({
    kept: 'refresh:gvr_2 access-out gvr_1',
    deps: { alone: () => new Promise(() => undefined) },
  });
  void ahead.store.resume();
  const behind = storeWith({ kept: RUN_OUT });
  behind.ask.mockImplementation(async (token) => {
    ahead.announce.mockImplementation(behind.tellRenewal);
    ahead.askFor(token);
  });
  await behind.store.resume();
  expect(behind.refresh.mock.calls).toEqual([['gvr_2']]);
  expect(behind.store.state()).toEqual({ phase: 'signed-in', me: ANN });
});

test('a tab remembers its last 20 tokens', async () => {
  const { store, announce, askFor } = storeWith();
  await store.signIn(CREDENTIALS);
  for (let times = 0; times < 21; times += 1) await store.renew();
  announce.mockClear();
  askFor('gvr_1');
  expect(announce).not.toHaveBeenCalled();
  askFor('gvr_2');
  expect(announce).toHaveBeenCalledWith(renewalOf(2, 22));
});

test('reading the role with an expired token renews the token first', async () => {
  const { store, refresh } = storeWith({ deps: { whoHas: () => Promise.reject(refusal(401)) } });
  await store.signIn(CREDENTIALS);
  await store.reread();
  expect(refresh).toHaveBeenCalledTimes(1);
  expect(store.token()).toBe('access-2');
  expect(store.state()).toEqual({ phase: 'signed-in', me: ANN });
});

test('a changed role is read again', async () => {
  const { store } = storeWith({ deps: { whoHas: async () => ({ ...ANN, role: 'user' }) } });
  await store.signIn(CREDENTIALS);
  await store.reread();
  expect(store.state()).toEqual({ phase: 'signed-in', me: { ...ANN, role: 'user' } });
});
