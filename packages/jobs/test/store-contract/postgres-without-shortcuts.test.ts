import { describe } from 'vitest';
import { runsContract } from './contract.ts';
import { usePostgresStores } from './postgres-stores.ts';

// The shortcuts are of statements that make, claim and end runs; all else has one way.
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

describe('the store contract on PostgreSQL without its shortcuts', () => runsContract(makeStore));
