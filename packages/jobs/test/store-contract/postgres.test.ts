import { describe, expect, it } from 'vitest';
import { storeContract } from './contract.ts';
import { usePostgresStores } from './postgres-stores.ts';

const makeStore = usePostgresStores();

describe('the store contract on PostgreSQL', () => storeContract(makeStore));

it('a closed store says that another engine needs a new one', async () => {
  const made = await makeStore(0);
  const store = made.createStore();
  await store.open();
  await store.close();
  await expect(store.open()).rejects.toMatchObject({
    code: 'unavailable',
    message: 'This store was closed, and can not be opened again. Call postgres(…) again for a new one.',
  });
  await made.dispose();
});
