import { ConnectionError, type Session } from '@greenvue/jobs/client';
import { expect, test } from 'vitest';
import { exampleRefusal } from '../../test/examples.ts';
import { ANN, CREDENTIALS, ROBOT, RUN_OUT, sessionOf, storeWith } from '../../test/session-stores.ts';

test('a sign-in keeps both tokens for a reload', async () => {
  const { store, kept } = storeWith();
  await store.resume();
  expect(store.state()).toEqual({ phase: 'signed-out' });
  await store.signIn(CREDENTIALS);
  expect(store.state()).toEqual({ phase: 'signed-in', me: ANN });
  expect(store.token()).toBe('access-1');
  expect(kept()).toBe('refresh:gvr_1 access-1');
});

test('a refused refresh expires the session and keeps its user', async () => {
  const { store, kept } = storeWith({ deps: { refresh: () => Promise.reject(exampleRefusal(401)) } });
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
  const old = storeWith({ kept: RUN_OUT, deps: { refresh: () => Promise.reject(exampleRefusal(401)) } });
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

test('reading the role with an expired token renews the token first', async () => {
  const { store, refresh } = storeWith({ deps: { whoHas: () => Promise.reject(exampleRefusal(401)) } });
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
