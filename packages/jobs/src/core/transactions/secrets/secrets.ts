import { type Refusal, refused } from '../../commands/refusal.ts';
import type { Mutable } from '../../objects.ts';
import { unknownSecret } from '../../secrets/secret-value.ts';
import {
  MOST_SECRETS,
  type SecretCommand,
  type SecretCommandResult,
  type SecretStore,
} from '../../store/secret-store.ts';
import { ask, type Script } from '../script.ts';
import type { UnitOfWork } from '../unit-of-work.ts';
import type { SecretRow } from './secret-tables.ts';

/** The ids of jobs that a refusal to delete a secret lists. */
const LISTED_JOBS = 10;

/** Creates, replaces or deletes a secret (P40, secrets in payloads). */
export function* changeSecret(
  { now }: UnitOfWork,
  { name, command, audit }: SecretCommand,
): Script<SecretCommandResult> {
  const before = yield* ask('lockSecret', name);
  if (command.kind === 'put') {
    if (before === undefined && (yield* ask('countSecrets')) >= MOST_SECRETS) return { kind: 'too_many' };
    const { sealed, by } = command;
    const made = before ?? { createdAt: now, ...(by === undefined ? {} : { createdBy: by }) };
    const { createdAt, createdBy } = made;
    const after: Mutable<SecretRow> = { name, sealed, createdAt, updatedAt: now };
    if (createdBy !== undefined) after.createdBy = createdBy;
    if (by !== undefined) after.updatedBy = by;
    yield* ask('saveSecret', after);
  } else {
    if (before === undefined) return { kind: 'absent' };
    const jobIds = yield* ask('jobsUsing', name, LISTED_JOBS);
    if (jobIds.length > 0) return { kind: 'in_use', jobIds };
    yield* ask('removeSecret', name);
  }
  if (audit !== undefined) yield* ask('writeAudit', audit, name);
  return { kind: 'done', isNew: before === undefined };
}

/** Why a definition that names secrets can't be written: one was deleted after the engine had found it. */
export function* refuseMissing(names: readonly string[]): Script<Refusal | undefined> {
  const kept = yield* ask('keepSecrets', names);
  const missing = names.find((name) => !kept.includes(name));
  if (missing === undefined) return undefined;
  return refused('no_secret', unknownSecret(missing), '/payload');
}

/** Replaces sealed texts by the same ones under another key. */
export function* replaceSealed(input: Parameters<SecretStore['replaceSealed']>[0]): Script<number> {
  return yield* ask('replaceSealedRows', input);
}
