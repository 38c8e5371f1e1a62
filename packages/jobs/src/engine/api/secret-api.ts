import { replaceSecrets, sealField } from '../../core/secrets/payload-secrets.ts';
import {
  FIRST_SEALED_PLACE,
  type SealedPlace,
  sealedPlaceIn,
  sealedPlaceText,
} from '../../core/secrets/sealed-place.ts';
import {
  isSealed,
  placeOfChannel,
  placeOfCheckpoint,
  placeOfField,
  placeOfSecret,
  type SealedField,
  SecretError,
} from '../../core/secrets/secret-value.ts';
import {
  MOST_SECRETS,
  type ReplacedRow,
  SEALED_TABLES,
  type SealedRow,
  type SealedTable,
  type SecretCommandResult,
} from '../../core/store/secret-store.ts';
import type { EngineParts } from '../engine-parts.ts';
import { EngineError } from '../ports/engine-port.ts';
import type { ResealResult, SecretInfo } from '../ports/secrets-port.ts';
import { keyIdOf, NO_KEYS } from '../secrets/keyring.ts';
import { auditOf } from './command-options.ts';

interface By {
  readonly by?: string | undefined;
}

export async function listSecrets({ store }: EngineParts): Promise<readonly SecretInfo[]> {
  return (await store.listSecrets()).map(({ sealed: _, ...info }) => info);
}

export async function putSecret(
  { store, secrets }: EngineParts,
  name: string,
  value: string,
  options: By = {},
): Promise<{ readonly created: boolean }> {
  requireKeys(secrets.keyring);
  const sealed = secrets.keyring.seal(placeOfSecret(name), value);
  const audit = auditOf(options, 'secret.put', {});
  const result = await store.changeSecret({ name, command: { kind: 'put', sealed, by: options.by }, audit });
  if (result.kind !== 'done') throw refusalOf(name, result);
  return { created: result.isNew };
}

export async function deleteSecret({ store }: EngineParts, name: string, options: By = {}): Promise<void> {
  const audit = auditOf(options, 'secret.delete', {});
  const result = await store.changeSecret({ name, command: { kind: 'delete' }, audit });
  if (result.kind !== 'done') throw refusalOf(name, result);
}

function requireKeys({ ids }: EngineParts['secrets']['keyring']): void {
  if (ids.length === 0) throw new EngineError('conflict', `Secrets can't be stored: ${NO_KEYS}.`);
}

function refusalOf(name: string, result: Exclude<SecretCommandResult, { kind: 'done' }>): EngineError {
  switch (result.kind) {
    case 'absent':
      return new EngineError('not_found', `There is no secret with the name "${name}".`);
    case 'too_many':
      return new EngineError(
        'conflict',
        `There are ${MOST_SECRETS.toLocaleString('en')} secrets already. Delete one first.`,
      );
    case 'in_use': {
      const names = result.jobIds.map((jobId) => `"${jobId}"`).join(', ');
      const message = `The payloads of jobs refer to the secret "${name}": ${names}. Give their fields another value first.`;
      return new EngineError('conflict', message);
    }
    default:
      return result satisfies never;
  }
}

/** How many rows one read looks at, and one transaction changes; and for how long a call works. */
const ROWS_A_READ = 2_000;
/** Up to 90 KB each. */
const CHECKPOINTS_A_READ = 100;
const ROWS_A_WRITE = 100;
const WORK_MS = 2_000;

/** Seals with the newest key what another key has sealed, and what is not sealed yet. */
export async function resealSecrets(
  parts: EngineParts,
  { after }: { readonly after?: string | undefined } = {},
): Promise<ResealResult> {
  requireKeys(parts.secrets.keyring);
  const { store, settings } = parts;
  const until = settings.clock.monotonic() + WORK_MS;
  const types = parts.registry.types.filter(({ payload }) =>
    payload.secretFields.some((field) => field.isSealed),
  );
  const unreadable = new Map<string | undefined, number>();
  let resealed = 0;
  let at: SealedPlace | undefined = placeOf(after);
  while (at !== undefined) {
    const { table, key }: SealedPlace = at;
    const limit = table === 'checkpoints' ? CHECKPOINTS_A_READ : ROWS_A_READ;
    const query = { table, after: key, limit, types: types.map(({ jobType }) => jobType.type) };
    const { rows, next } = await store.listSealed(query);
    for (let from = 0; from < rows.length; from += ROWS_A_WRITE) {
      const some = rows.slice(from, from + ROWS_A_WRITE);
      const changed = some.flatMap((row) => resealedRow(parts, table, row, unreadable));
      if (changed.length > 0) resealed += await store.replaceSealed({ table, rows: changed });
    }
    at = next === undefined ? tableAfter(table) : { table, key: next };
    if (at !== undefined && settings.clock.monotonic() >= until) break;
  }
  return {
    resealed,
    unreadable: [...unreadable].map(([keyId, count]) => ({ keyId, count })),
    ...(at === undefined ? {} : { next: sealedPlaceText(at) }),
  };
}

function placeOf(after: string | undefined): SealedPlace {
  const place = after === undefined ? FIRST_SEALED_PLACE : sealedPlaceIn(after);
  if (place !== undefined) return place;
  throw new EngineError('invalid', 'The reseal can not continue.', [
    { pointer: '/after', detail: 'must be the `next` of the call before' },
  ]);
}

function tableAfter(table: SealedTable): SealedPlace | undefined {
  const next = SEALED_TABLES[SEALED_TABLES.indexOf(table) + 1];
  return next === undefined ? undefined : { table: next };
}

/** The row with all of it under the newest key; none if nothing changes. Counts what can't be opened. */
function resealedRow(
  parts: EngineParts,
  table: SealedTable,
  { key, owner, type, text }: SealedRow,
  unreadable: Map<string | undefined, number>,
): readonly ReplacedRow[] {
  const { keyring } = parts.secrets;
  const again = (place: string, sealed: string): string => {
    if (keyring.isCurrent(sealed)) return sealed;
    try {
      return keyring.seal(place, keyring.open(place, sealed));
    } catch (error) {
      if (!(error instanceof SecretError)) throw error;
      const id = keyIdOf(sealed);
      unreadable.set(id, (unreadable.get(id) ?? 0) + 1);
      return sealed;
    }
  };
  const after = (): string => {
    if (table === 'secrets') return again(placeOfSecret(owner), text);
    if (table === 'checkpoints') return again(placeOfCheckpoint(owner), text);
    const value: unknown = JSON.parse(text);
    const inPlace = (sealed: SealedField, place: string) => ({ $sealed: again(place, sealed.$sealed) });
    if (table === 'alert_channels')
      return JSON.stringify(
        isSealed(value)
          ? inPlace(value, placeOfChannel(owner))
          : { $sealed: keyring.seal(placeOfChannel(owner), text) },
      );
    const fields = parts.registry.get(type)?.payload.secretFields ?? [];
    const sealedAgain = replaceSecrets(value, fields, (part, { pointer, isSealed: mustSeal }) => {
      if (isSealed(part)) return inPlace(part, placeOfField(owner, pointer));
      return mustSeal ? sealField(part, pointer, { jobId: owner, sealer: keyring }) : part;
    });
    return JSON.stringify(sealedAgain);
  };
  const replaced = after();
  return replaced === text ? [] : [{ key, before: text, after: replaced }];
}
