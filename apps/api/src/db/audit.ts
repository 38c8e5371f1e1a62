import type { Queries } from './schema.ts';

/** Who did what to whom. */
export interface AuditEntry {
  /** A principal, or what acted by itself, such as `{ id: 'cli', name: 'cli' }`. */
  readonly actor: { readonly id: string; readonly name: string };
  /** Such as `user.role`. */
  readonly action: string;
  /** Such as `user:<id>`. */
  readonly target: string;
  /** What changed; must be JSON, and never hold a secret. */
  readonly change: Readonly<Record<string, unknown>>;
  readonly at: number;
}

/** Writes into the audit log, within the transaction that makes the change: there is never one without the other. */
export async function recordAudit(trx: Queries, entry: AuditEntry): Promise<void> {
  await trx
    .insertInto('audit')
    .values({
      at: entry.at,
      actor: entry.actor.id,
      actor_name: entry.actor.name,
      action: entry.action,
      target: entry.target,
      change: JSON.stringify(entry.change),
    })
    .execute();
}
