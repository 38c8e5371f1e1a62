import type { Queries } from './schema.ts';

/** Who makes a change: a principal, or a program such as `{ id: 'cli', name: 'cli' }`. */
export interface Actor {
  readonly id: string;
  readonly name: string;
}

/** Who did what to whom. */
export interface AuditEntry {
  readonly actor: Actor;
  /** Such as `user.role`. */
  readonly action: string;
  /** Such as `user:<id>`. */
  readonly target: string;
  /** What changed; must be JSON, and never hold a secret. */
  readonly change: Readonly<Record<string, unknown>>;
  readonly at: number;
}

/**
 * Writes into the audit log, within the transaction that makes the change: there is never one without the
 * other.
 */
export async function recordAudit(trx: Queries, entry: AuditEntry): Promise<void> {
  await recordAudits(trx, [entry]);
}

/** {@link recordAudit} of several; at most some hundred. */
export async function recordAudits(queries: Queries, entries: readonly AuditEntry[]): Promise<void> {
  const rows = entries.map(({ at, actor, action, target, change }) => ({
    at,
    actor: actor.id,
    actor_name: actor.name,
    action,
    target,
    change: JSON.stringify(change),
  }));
  await queries.insertInto('audit').values(rows).execute();
}
