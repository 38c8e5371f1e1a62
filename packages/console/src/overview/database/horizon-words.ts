import type { Stats } from '@greenvue/jobs/client';

export type Database = NonNullable<Stats['database']>;
export type Horizon = NonNullable<Database['horizon']>;

/** Who holds the horizon, for the middle of a sentence. */
export function holderText({ kind, pid, name, user, state }: Horizon['holder']): string {
  switch (kind) {
    case 'session':
      return session({ pid, name, user, state });
    case 'standby':
      return `a query on a standby ${inBrackets([quoted(name), pidText(pid)])}`;
    case 'replication_slot':
      return `the replication slot ${quoted(name)} ${inBrackets([state])}`;
    case 'prepared_transaction':
      return `the prepared transaction ${quoted(name)} ${inBrackets([userText(user)])}`;
    default:
      // A newer server may know more kinds.
      kind satisfies never;
      return `${String(kind)} ${inBrackets([quoted(name), pidText(pid)])}`;
  }
}

/** What to do, in a sentence with a statement to run. */
export function horizonAdvice({ kind, pid, name, state }: Horizon['holder']): string {
  switch (kind) {
    case 'session':
      return `If nobody needs it, end it: SELECT pg_terminate_backend(${pid});`;
    case 'standby':
      return 'End the long query on the standby, or turn off hot_standby_feedback there.';
    case 'replication_slot':
      return state === 'active'
        ? 'Find out why its standby does not advance.'
        : `If its standby is gone, drop it: SELECT pg_drop_replication_slot(${literal(name)});`;
    case 'prepared_transaction':
      return `End it: COMMIT PREPARED ${literal(name)}; or ROLLBACK PREPARED ${literal(name)};`;
    default:
      kind satisfies never;
      return 'Find out who holds it in pg_stat_activity, pg_replication_slots and pg_prepared_xacts.';
  }
}

type Session = Pick<Horizon['holder'], 'pid' | 'name' | 'user' | 'state'>;

/** Without a state, the server may not see the sessions of other roles. */
function session({ pid, name, user, state }: Session): string {
  const whose = state === null ? "another role's session" : 'the session';
  const what = name === null ? whose : `${whose} ${quoted(name)}`;
  return `${what} ${inBrackets([pidText(pid), userText(user), state])}`;
}

const quoted = (name: string | null) => (name === null ? null : `“${name}”`);
const pidText = (pid: number | null) => (pid === null ? null : `pid ${pid}`);
const userText = (user: string | null) => (user === null ? null : `user ${user}`);
const literal = (name: string | null) => `'${(name ?? '').replaceAll("'", "''")}'`;

function inBrackets(parts: readonly (string | null)[]): string {
  return `(${parts.filter((part) => part !== null).join(', ')})`;
}
