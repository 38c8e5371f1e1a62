import { expect, test } from 'vitest';
import { type Horizon, holderText, horizonAdvice } from './horizon-words.ts';

const SESSION = { kind: 'session', pid: 7, name: 'psql', user: 'ann', state: 'idle in transaction' } as const;
const STANDBY = { kind: 'standby', pid: 8, name: 'b', user: null, state: 'active' } as const;
const SLOT = { kind: 'replication_slot', pid: null, name: "it's", user: null, state: 'inactive' } as const;
const PREPARED = { kind: 'prepared_transaction', pid: null, name: 'x', user: 'ann', state: null } as const;

test.each<[Horizon['holder'], string, string]>([
  [SESSION, 'the session “psql” (pid 7, user ann, idle in transaction)', 'SELECT pg_terminate_backend(7);'],
  [
    { ...SESSION, name: null, user: null, state: null },
    "another role's session (pid 7)",
    'SELECT pg_terminate_backend(7);',
  ],
  [STANDBY, 'a query on a standby (“b”, pid 8)', 'turn off hot_standby_feedback there.'],
  [SLOT, "the replication slot “it's” (inactive)", "SELECT pg_drop_replication_slot('it''s');"],
  [{ ...SLOT, state: 'active' }, "the replication slot “it's” (active)", 'why its standby does not advance.'],
  [PREPARED, 'the prepared transaction “x” (user ann)', "COMMIT PREPARED 'x'; or ROLLBACK PREPARED 'x';"],
])('says who holds the oldest snapshot, and what to do: %j', (holder, who, what) => {
  expect(holderText(holder)).toBe(who);
  expect(horizonAdvice(holder)).toContain(what);
});
