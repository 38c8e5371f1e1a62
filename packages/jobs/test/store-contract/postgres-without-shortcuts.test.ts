import { describe } from 'vitest';
import { storeContract } from './contract.ts';
import { usePostgresStores } from './postgres-stores.ts';

const makeStore = usePostgresStores({
  shortcuts: {
    triggerInOneStatement: false,
    makeClaimed: false,
    claimPlanned: false,
    moveSucceeded: false,
    settleApart: false,
    dueIndexFloor: false,
  },
});

describe('the store contract on PostgreSQL without its shortcuts', () => storeContract(makeStore));
