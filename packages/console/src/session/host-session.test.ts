import { ConnectionError } from '@greenvue/jobs/client';
import { expect, test } from 'vitest';
import { exampleRefusal } from '../../test/examples.ts';
import { createHostSession } from './host-session.ts';
import type { Viewer } from './session-store.ts';

const ANN: Viewer = { actor: 'user:7', name: 'Ann', rights: ['read', 'operate'] };
const refuse = () => Promise.reject(exampleRefusal(401));

test("the app's cookies decide: the page has no token and renews nothing", async () => {
  const store = createHostSession(async () => ANN);
  await store.resume();
  expect(store.state()).toEqual({ phase: 'signed-in', viewer: ANN });
  expect(store.token()).toBeUndefined();
  expect(await store.renew()).toBe(false);
});

test('a page that is open stays while the viewer signs in again elsewhere', async () => {
  let whoAmI: () => Promise<Viewer> = async () => ANN;
  const store = createHostSession(() => whoAmI());
  await store.resume();
  whoAmI = refuse;
  store.expire();
  const phases: string[] = [];
  store.subscribe(() => phases.push(store.state().phase));
  await store.resume();
  expect(store.state()).toEqual({ phase: 'expired', viewer: ANN });
  whoAmI = async () => ANN;
  await store.resume();
  expect(phases).toEqual(['signed-in']);
});

test('nobody who is signed in, or no server, has a page of its own', async () => {
  const stranger = createHostSession(refuse);
  await stranger.resume();
  expect(stranger.state()).toEqual({ phase: 'signed-out' });
  const gone = new ConnectionError('no_answer', 'No answer.');
  const cut = createHostSession(() => Promise.reject(gone));
  await cut.resume();
  expect(cut.state()).toEqual({ phase: 'unreachable', error: gone });
});

test('changed rights are read again', async () => {
  let rights: Viewer['rights'] = ['read'];
  const store = createHostSession(async () => ({ ...ANN, rights }));
  await store.resume();
  rights = ['read', 'operate', 'admin'];
  await store.reread();
  expect(store.state()).toMatchObject({ viewer: { rights } });
});
