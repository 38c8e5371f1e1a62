import { isDeepStrictEqual } from 'node:util';
import { LARGEST_PAYLOAD_BYTES } from '../../core/limits.ts';
import type { JsonText } from '../../core/model/run.ts';
import {
  type OpenedPayload,
  openField,
  openPayload,
  type PayloadKeys,
  replaceSecrets,
  sealField,
  secretNamesIn,
  valueAt,
} from '../../core/secrets/payload-secrets.ts';
import { createSecretMask } from '../../core/secrets/secret-mask.ts';
import {
  isSealed,
  mayHaveSealed,
  nameInReference,
  placeOfSecret,
  type Sealer,
  SecretError,
  SHOWN_SECRET,
  unknownSecret,
} from '../../core/secrets/secret-value.ts';
import type { SecretStore, StoredSecret } from '../../core/store/secret-store.ts';
import type { Keyring } from '../secrets/keyring.ts';
import { type PayloadFaults, payloadPointer } from './payload-check.ts';
import type { PayloadRules } from './payload-rules.ts';
import { type AcceptedPayload, acceptPayload, canonicalJson, RESERVED } from './stored-payload.ts';

/** What the secrets of payloads need: the keys, and the stored secrets. */
export interface PayloadSecrets {
  readonly keyring: Keyring;
  readonly store: Pick<SecretStore, 'findSecrets'>;
}

export interface SentPayload {
  readonly rules: PayloadRules;
  readonly payload: unknown;
  /** The job that it is for: secrets are sealed for it. */
  readonly jobId: string;
  /** What is stored of the job: `[secret]` keeps its value there. */
  readonly stored?: JsonText | undefined;
  /** An equal value is sealed again, too: the sender must not learn by guesses what is stored. */
  readonly hidesEqual?: boolean | undefined;
}

/**
 * {@link acceptPayload} for a type that may have secret fields: returns the JSON with these fields sealed.
 */
export function acceptSecrets(
  secrets: PayloadSecrets,
  sent: SentPayload,
): AcceptedPayload | Promise<AcceptedPayload> {
  const { rules, payload } = sent;
  return rules.secretFields.length === 0 ? acceptPayload(rules, payload) : accept(secrets, sent);
}

/** The values of stored secrets by name; a name without a secret is left out. */
export async function readNamedSecrets(
  { keyring, store }: PayloadSecrets,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (names.length === 0) return new Map();
  const found = await store.findSecrets(names);
  return new Map(found.map(({ name, sealed }) => [name, openSecret(keyring, { name, sealed })]));
}

function openSecret(keyring: Sealer, { name, sealed }: StoredSecret): string {
  try {
    return keyring.open(placeOfSecret(name), sealed);
  } catch (error) {
    throw error instanceof SecretError
      ? new SecretError(`The secret "${name}" ${error.message}`, { cause: error.cause })
      : error;
  }
}

export interface StoredPayload {
  readonly rules: Pick<PayloadRules, 'secretFields'>;
  readonly jobId: string;
  readonly json: JsonText;
}

/** A stored payload with its secrets, or why one can't be opened. */
export async function openStored(
  secrets: PayloadSecrets,
  { rules, jobId, json }: StoredPayload,
): Promise<OpenedPayload | SecretError> {
  const stored: unknown = JSON.parse(json);
  if (rules.secretFields.length === 0 && !mayHaveSealed(json)) return { payload: stored, values: [] };
  try {
    const named = await readNamedSecrets(secrets, secretNamesIn(stored, rules.secretFields));
    return openPayload(stored, rules.secretFields, { jobId, sealer: secrets.keyring, named });
  } catch (error) {
    return asFault(error);
  }
}

/** A stored payload in which the newest key has sealed each secret field. What can't be opened stays. */
export function sealStored({ keyring }: PayloadSecrets, { rules, jobId, json }: StoredPayload): JsonText {
  const { secretFields } = rules;
  if (!mayHaveSealed(json) && !secretFields.some((field) => field.isSealed)) return json;
  const sealed = replaceSecrets(JSON.parse(json), secretFields, (value, { pointer, isSealed: mustSeal }) => {
    if (!mustSeal) return value;
    try {
      return sealField(value, pointer, { jobId, sealer: keyring });
    } catch (error) {
      if (!(error instanceof SecretError)) throw error;
      return value;
    }
  });
  return JSON.stringify(sealed);
}

/** Whether two stored payloads of a job are equal once their secrets are opened. False if one can't be. */
export function haveEqualSecrets(
  { keyring }: Pick<PayloadSecrets, 'keyring'>,
  { rules, jobId, json }: StoredPayload,
  other: JsonText,
): boolean {
  const keys: PayloadKeys = { jobId, sealer: keyring, named: new Map() };
  const opened = (text: JsonText) =>
    replaceSecrets(JSON.parse(text), rules.secretFields, (value, { pointer }) =>
      isSealed(value) ? { $sealed: openField(value, pointer, keys) } : value,
    );
  try {
    return isDeepStrictEqual(opened(json), opened(other));
  } catch (error) {
    asFault(error);
    return false;
  }
}

/** A field that does not bring its value: what is stored in its place, and what that stands for. */
interface Kept {
  readonly stored: unknown;
  readonly value: unknown;
}

async function accept(secrets: PayloadSecrets, sent: SentPayload): Promise<AcceptedPayload> {
  const { rules, jobId } = sent;
  const json = canonicalJson(sent.payload === undefined ? {} : sent.payload);
  // What is no JSON has no secrets; its faults are the usual ones.
  if (json === undefined) return acceptPayload(rules, sent.payload);
  const parsed: unknown = JSON.parse(json);
  const before: unknown = sent.stored === undefined ? undefined : JSON.parse(sent.stored);
  const names = [parsed, before].flatMap((payload) => secretNamesIn(payload, rules.secretFields));
  const named = await readNamedSecrets(secrets, names).catch(asFault);
  if (named instanceof SecretError) return refuse(named.message);
  const keys: PayloadKeys = { jobId, sealer: secrets.keyring, named };
  const faults: PayloadFaults['faults'][number][] = [];
  const kept = new Map<string, Kept>();
  const fault = (pointer: string, detail: string) => {
    faults.push({ pointer: `${payloadPointer()}${pointer}`, detail });
    return undefined;
  };
  const resolved = replaceSecrets(parsed, rules.secretFields, (value, at) => {
    const { pointer } = at;
    if (isSealed(value)) return fault(pointer, RESERVED);
    const name = nameInReference(value);
    const stored = name !== undefined ? value : valueAt(before, pointer);
    if (name === undefined && !(at.isSealed && value === SHOWN_SECRET)) return value;
    if (name !== undefined && !keys.named.has(name)) return fault(pointer, unknownSecret(name));
    if (stored === undefined || stored === null || stored === SHOWN_SECRET)
      return fault(pointer, NOTHING_KEPT);
    const opened = openKept(stored, pointer, keys);
    if (opened instanceof SecretError) return fault(pointer, opened.message);
    kept.set(pointer, { stored, value: opened });
    return opened;
  });
  if (faults.length > 0) return { ok: false, faults };
  return checked({ ...sent, before, resolved, kept, keys });
}

interface Resolved extends SentPayload {
  readonly before: unknown;
  readonly resolved: unknown;
  readonly kept: ReadonlyMap<string, Kept>;
  readonly keys: PayloadKeys;
}

/** Checks the payload with its values, and seals them again. */
function checked(given: Resolved): AcceptedPayload {
  const { rules, resolved, kept, keys } = given;
  const accepted = acceptPayload(rules, resolved);
  if (!accepted.ok) {
    const { values } = openPayload(resolved, rules.secretFields, keys);
    const secrets = [...values, ...[...kept.values()].map(({ value }) => value)];
    return { ok: false, faults: withoutValues(accepted.faults, secrets) };
  }
  const sealed = sealedPayload(JSON.parse(accepted.json), given) ?? sealedPayload(resolved, given);
  const json = canonicalJson(sealed) ?? accepted.json;
  if (Buffer.byteLength(json) > LARGEST_PAYLOAD_BYTES) return refuse(TOO_LARGE);
  return { ok: true, json };
}

/** The payload as it is stored. Undefined if the schema has moved a field that did not bring its value. */
function sealedPayload(payload: unknown, given: Resolved): unknown {
  const { rules, before, kept, keys, hidesEqual = false } = given;
  const left = new Set(kept.keys());
  const sealed = replaceSecrets(payload, rules.secretFields, (value, at) => {
    const { pointer } = at;
    const known = kept.get(pointer);
    if (known !== undefined && isDeepStrictEqual(known.value, value)) {
      left.delete(pointer);
      return at.isSealed ? sealField(known.stored, pointer, keys) : known.stored;
    }
    if (!at.isSealed) return value;
    if (hidesEqual) return sealField(value, pointer, keys);
    // An equal value is no change (P16, edit), though it would be sealed as another text.
    const old = valueAt(before, pointer);
    const isSame = isSealed(old) && isDeepStrictEqual(openKept(old, pointer, keys), value);
    return sealField(isSame ? old : value, pointer, keys);
  });
  return left.size === 0 ? sealed : undefined;
}

function refuse(detail: string): PayloadFaults {
  return { ok: false, faults: [{ pointer: payloadPointer(), detail }] };
}

function asFault(error: unknown): SecretError {
  if (error instanceof SecretError) return error;
  throw error;
}

function openKept(stored: unknown, pointer: string, keys: PayloadKeys): unknown {
  try {
    return openField(stored, pointer, keys);
  } catch (error) {
    return asFault(error);
  }
}

/** A library may put the value that it refuses into its message. */
function withoutValues(faults: PayloadFaults['faults'], values: readonly unknown[]): PayloadFaults['faults'] {
  const mask = createSecretMask(values);
  return mask === undefined ? faults : faults.map((one) => ({ ...one, detail: mask.text(one.detail) }));
}

const NOTHING_KEPT = `"${SHOWN_SECRET}" keeps the stored value, and there is none. Send the value itself, or { "$secret": "NAME" }`;
const TOO_LARGE = `must be at most ${LARGEST_PAYLOAD_BYTES / 1_024} KiB as JSON, with its secrets sealed`;
