import { expect, test, vi } from 'vitest';
import { createTestApp } from '../../testing/test-app.ts';
import { createTokenUses } from './token-uses.ts';

test('a request with a token succeeds even when its use cannot be written; the write is tried again', async () => {
  const { deps, ask, apiToken, time } = await createTestApp();
  const token = await apiToken('admin');
  const read = async () => (await ask({ url: '/api/tokens', token })).status;
  const update = vi.spyOn(deps.database, 'updateTable').mockImplementation(() => {
    throw new Error('the disk is full');
  });
  expect(await read()).toBe(200);
  expect(update).toHaveBeenCalled();
  update.mockRestore();
  time.now += 1_000;
  expect(await read()).toBe(200);
  const lastUse = async () =>
    (await deps.database.selectFrom('api_tokens').select('last_used_at').executeTakeFirstOrThrow())
      .last_used_at;
  await expect.poll(lastUse).toBe(time.now);
});

test('uses are written together, and a failure is told once', async () => {
  const { deps, time } = await createTestApp();
  const warn = vi.fn();
  const update = vi.spyOn(deps.database, 'updateTable');
  const uses = createTokenUses({ database: deps.database, clock: { now: () => time.now }, logger: { warn } });
  const note = (id: string) => uses.note({ id, last_used_at: null });
  for (const id of ['a', 'b', 'c', 'b']) note(id);
  await uses.close();
  // The first at once, the others together.
  expect(update).toHaveBeenCalledTimes(2);
  uses.note({ id: 'a', last_used_at: time.now - 1_000 });
  await uses.close();
  expect(update).toHaveBeenCalledTimes(2);

  update.mockImplementation(() => {
    throw new Error('the disk is full');
  });
  for (let n = 0; n < 3; n += 1) {
    time.now += 2_000;
    note('a');
    note('b');
    await uses.close();
  }
  expect(warn).toHaveBeenCalledTimes(1);
  update.mockRestore();
});
