import { expect, test } from 'vitest';
import { exampleRefusal } from '../../test/examples.ts';
import type { Viewer } from './session-store.ts';
import { createTokenSession } from './token-session.ts';

const ROBOT: Viewer = { actor: 'token:1', name: 'robot', rights: ['read'] };

function sessionWith(kept: string | undefined, whoHas: (token: string) => Promise<Viewer>) {
  const stored = { value: kept };
  const storage = {
    read: () => stored.value,
    write: (value: string | undefined) => {
      stored.value = value;
    },
  };
  return { stored, store: createTokenSession({ whoHas, storage }) };
}

test('a pasted token is kept for a reload of the tab, until the sign-out', async () => {
  const { store, stored } = sessionWith(undefined, async () => ROBOT);
  await store.resume();
  expect(store.state()).toEqual({ phase: 'signed-out' });
  await store.signInWithToken('secret');
  expect(store.state()).toEqual({ phase: 'signed-in', viewer: ROBOT });
  const reloaded = sessionWith(stored.value, async () => ROBOT);
  await reloaded.store.resume();
  expect(reloaded.store.token()).toBe('secret');
  await store.signOut();
  expect([stored.value, store.token()]).toEqual([undefined, undefined]);
});

test('a token that the server refuses is forgotten, and the page stays for the next one', async () => {
  const refuse = () => Promise.reject(exampleRefusal(401));
  const stale = sessionWith('stale', refuse);
  await stale.store.resume();
  expect(stale.store.state()).toEqual({ phase: 'signed-out' });
  expect(stale.stored.value).toBeUndefined();
  const { store, stored } = sessionWith(undefined, async () => ROBOT);
  await store.signInWithToken('secret');
  expect(await store.renew()).toBe(false);
  expect(store.state()).toEqual({ phase: 'expired', viewer: ROBOT });
  expect(stored.value).toBeUndefined();
});
