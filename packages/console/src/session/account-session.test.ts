import type { CookieSession } from '@greenvue/accounts';
import { ConnectionError } from '@greenvue/jobs/client';
import { expect, test } from 'vitest';
import { ANN, accountWith, CREDENTIALS, ROBOT, sessionOf, viewerWith } from '../../test/account-sessions.ts';
import { exampleRefusal } from '../../test/examples.ts';

const AS_ANN = { phase: 'signed-in', viewer: viewerWith(ANN) };
const refused = () => Promise.reject(exampleRefusal(401));
const gone = new ConnectionError('no_answer', 'No answer.');

test('a new tab is signed in by the cookie, and no script stores a token', async () => {
  const { store, refresh, kept } = accountWith();
  await store.resume();
  expect(store.state()).toEqual(AS_ANN);
  expect(store.token()).toBe('access-2');
  expect(refresh).toHaveBeenCalledTimes(1);
  expect(kept()).toBeUndefined();
});

test('without a cookie, people sign in', async () => {
  const { store } = accountWith({ deps: { refresh: refused } });
  await store.resume();
  expect(store.state()).toEqual({ phase: 'signed-out' });
  await store.signIn(CREDENTIALS);
  expect(store.state()).toEqual(AS_ANN);
  expect(store.token()).toBe('access-1');
});

test('a refused refresh expires the session and keeps its user', async () => {
  const { store } = accountWith({ deps: { refresh: refused } });
  await store.signIn(CREDENTIALS);
  expect(await store.renew()).toBe(false);
  expect(store.state()).toEqual({ phase: 'expired', viewer: viewerWith(ANN) });
  expect(store.token()).toBeUndefined();
  await store.signIn(CREDENTIALS);
  expect(store.state()).toEqual(AS_ANN);
});

test('an unreachable server ends no session', async () => {
  const { store } = accountWith({ deps: { refresh: () => Promise.reject(gone) } });
  await store.resume();
  expect(store.state()).toEqual({ phase: 'unreachable', error: gone });
  await store.signIn(CREDENTIALS);
  await expect(store.renew()).rejects.toBe(gone);
  expect(store.state()).toEqual(AS_ANN);
});

test('concurrent renewals send one request', async () => {
  const { store, refresh } = accountWith();
  await store.signIn(CREDENTIALS);
  const answers = await Promise.all(Array.from({ length: 20 }, () => store.renew()));
  expect(answers.every(Boolean)).toBe(true);
  expect(refresh).toHaveBeenCalledTimes(1);
  expect(store.token()).toBe('access-2');
});

test('refreshes of all tabs take turns', async () => {
  let isRunning = false;
  const alone = async <T>(run: () => Promise<T>): Promise<T> => {
    expect(isRunning).toBe(false);
    isRunning = true;
    return run().finally(() => {
      isRunning = false;
    });
  };
  const { store, refresh } = accountWith({ deps: { alone } });
  await store.resume();
  await store.renew();
  expect(refresh).toHaveBeenCalledTimes(2);
});

test('a request is not sent again as another account that signed in to the browser', async () => {
  const { store } = accountWith({ deps: { refresh: async () => sessionOf(2, { id: 'u2', name: 'Bob' }) } });
  await store.signIn(CREDENTIALS);
  await expect(store.renew()).rejects.toThrow('Another account signed in');
  expect(store.state()).toMatchObject({ phase: 'signed-in', viewer: { actor: 'user:u2', name: 'Bob' } });
  expect(store.token()).toBe('access-2');
});

test('a refresh answered after a sign-out signs nobody in', async () => {
  let answer: (session: CookieSession) => void = () => undefined;
  const refresh = () => new Promise<CookieSession>((resolve) => (answer = resolve));
  const { store } = accountWith({ deps: { refresh } });
  await store.signIn(CREDENTIALS);
  const renewal = store.renew();
  await store.signOut();
  answer(sessionOf(2));
  expect(await renewal).toBe(false);
  expect(store.state()).toEqual({ phase: 'signed-out' });
});

test('a sign-out needs the server, which alone can delete the cookie', async () => {
  const told = accountWith();
  await told.store.signIn(CREDENTIALS);
  await told.store.signOut();
  expect(told.logOut).toHaveBeenCalledTimes(1);
  expect(told.store.state()).toEqual({ phase: 'signed-out' });
  const cut = accountWith({ deps: { logOut: () => Promise.reject(gone) } });
  await cut.store.signIn(CREDENTIALS);
  await expect(cut.store.signOut()).rejects.toBe(gone);
  expect(cut.store.state()).toEqual(AS_ANN);
});

test('an API token is kept for a reload of the tab, and needs no server to be forgotten', async () => {
  const { store, refresh, logOut, kept } = accountWith({ kept: 'api:gv_secret' });
  await store.resume();
  expect(store.state()).toEqual({ phase: 'signed-in', viewer: viewerWith(ROBOT) });
  expect(refresh).not.toHaveBeenCalled();
  await store.signOut();
  expect(logOut).not.toHaveBeenCalled();
  expect(kept()).toBeUndefined();
});

test("an API token that is refused can't be renewed", async () => {
  const { store, refresh } = accountWith();
  await store.signInWithToken('gv_secret');
  expect(await store.renew()).toBe(false);
  expect(refresh).not.toHaveBeenCalled();
  expect(store.state()).toEqual({ phase: 'expired', viewer: viewerWith(ROBOT) });
});

test('anything but an API token in the storage is removed', async () => {
  const { store, kept } = accountWith({ kept: 'refresh:gvr_1 access-1' });
  await store.resume();
  expect(kept()).toBeUndefined();
  expect(store.state()).toEqual(AS_ANN);
});

test('reading the role with an expired token renews the token first', async () => {
  const { store, refresh } = accountWith({ deps: { whoHas: refused } });
  await store.signIn(CREDENTIALS);
  await store.reread();
  expect(refresh).toHaveBeenCalledTimes(1);
  expect(store.token()).toBe('access-2');
  expect(store.state()).toEqual(AS_ANN);
});

test('a changed role is read again', async () => {
  const { store } = accountWith({ deps: { whoHas: async () => ({ ...ANN, role: 'user' }) } });
  await store.signIn(CREDENTIALS);
  await store.reread();
  expect(store.state()).toMatchObject({ phase: 'signed-in', viewer: { rights: [] } });
});
