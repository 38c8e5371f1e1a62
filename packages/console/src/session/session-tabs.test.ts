import { expect, test } from 'vitest';
import { exampleRefusal } from '../../test/examples.ts';
import { ANN, CREDENTIALS, RUN_OUT, renewalOf, sessionOf, storeWith } from '../../test/session-stores.ts';

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

test('a tab that gets a newer token during its own refresh stays signed in, whatever the answer', async () => {
  for (const answer of [() => sessionOf(2), () => Promise.reject(exampleRefusal(401))]) {
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
