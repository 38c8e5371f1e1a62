import { describe } from 'vitest';
import { storeContract } from './contract.ts';
import { usePostgresStores } from './postgres-stores.ts';

const makeStore = usePostgresStores();

describe('the store contract on PostgreSQL', () => storeContract(makeStore));
