import { isDeepStrictEqual } from 'node:util';
import { BoundedMap } from '../../bounded-map.ts';
import type { Clock } from '../../core/clock.ts';
import type { Job } from '../../core/model/job.ts';
import type { JsonText } from '../../core/model/run.ts';
import type { Outcome } from '../../core/rules/settle.ts';
import { type OpenedPayload, openPayload, storedNamesIn } from '../../core/secrets/payload-secrets.ts';
import { createSecretMask } from '../../core/secrets/secret-mask.ts';
import { mayHaveSealed, type Sealer, SecretError } from '../../core/secrets/secret-value.ts';
import type { ClaimedRun } from '../../core/store/store-passes.ts';
import type { AttemptPayload } from '../attempts/attempt.ts';
import { isJson } from '../attempts/safe-text.ts';
import { checkPayload, type PayloadFaults } from './payload-check.ts';
import type { RegisteredType } from './registry.ts';
import { canonicalJson } from './stored-payload.ts';

/** A job's payload in one version, as edited at one time: a failover may give the version to another edit. */
interface Checked {
  readonly version: number;
  readonly updatedAt: number;
  readonly payload: AttemptPayload;
}

/** Bounds of the cache: two bytes for each character of a payload, and 200 for the rest. */
const CACHE = {
  maxBytes: 64 * 1024 * 1024,
  bytesOf: ({ payload }: Checked) => 200 + 2 * payload.json.length,
};

/** Somebody has edited the database by hand. */
const NO_JSON: PayloadFaults = {
  ok: false,
  faults: [{ pointer: '/payload', detail: 'the stored payload is not JSON: edit the job' }],
};

/** The payloads for attempts, checked again: today's schema may be stricter (P21, payloads). */
export class CheckedPayloads {
  readonly #clock: Clock;
  readonly #sealer: Sealer;
  /** By the uid of their job. */
  readonly #checked = new BoundedMap<string, Checked>(CACHE);

  constructor(clock: Clock, sealer: Sealer) {
    this.#clock = clock;
    this.#sealer = sealer;
  }

  /** The names of the stored secrets that an attempt needs: they may have changed since the last one. */
  namesFor(
    { payload: { secretFields } }: RegisteredType,
    run: Pick<ClaimedRun, 'payload'>,
    job: Pick<Job, 'payload'>,
  ): readonly string[] {
    const json = run.payload ?? job.payload;
    return json.includes('"$secret"') && isJson(json) ? storedNamesIn(json, secretFields) : NO_NAMES;
  }

  /** The payload for an attempt, or the outcome of an attempt with an invalid one. */
  of(
    type: RegisteredType,
    run: Pick<ClaimedRun, 'payload' | 'attempt'>,
    job: Pick<Job, 'id' | 'uid' | 'version' | 'updatedAt' | 'payload'>,
    named = NO_SECRETS,
  ): AttemptPayload | Outcome {
    const stored = { type, run, jobId: job.id, named };
    if (run.payload !== undefined) return this.#check(stored, run.payload);
    if (named.size > 0) return this.#check(stored, job.payload);
    const known = this.#checked.get(job.uid);
    const { version, updatedAt } = job;
    if (known?.version === version && known.updatedAt === updatedAt) return known.payload;
    const payload = this.#check(stored, job.payload);
    if ('json' in payload) this.#checked.put(job.uid, { version, updatedAt, payload });
    return payload;
  }

  #check(stored: Stored, json: JsonText): AttemptPayload | Outcome {
    if (!isJson(json)) return this.#invalid(stored, NO_JSON);
    const opened = openStored(stored, this.#sealer, json);
    if (opened instanceof SecretError) return secretOutcome(stored.run.attempt, this.#clock.now(), opened);
    const { payload, values } = opened;
    // The check removes keys that are unknown.
    const text = values.length === 0 ? json : JSON.stringify(payload);
    const checked = checkPayload(stored.type.payload, payload);
    if (!checked.ok) return this.#invalid(stored, checked, values);
    const input = payloadOf(stored.type, text, checked.output);
    return values.length === 0 ? input : { ...input, secrets: values };
  }

  #invalid({ run }: Stored, { faults }: PayloadFaults, secrets: readonly unknown[] = []): Outcome {
    const found = faults.map(({ pointer, detail }) => `${pointer}: ${detail}`).join('; ');
    const message = createSecretMask(secrets)?.text(found) ?? found;
    const at = this.#clock.now();
    const error = {
      attempt: run.attempt,
      at,
      reason: 'payload_invalid',
      name: 'PayloadError',
      message,
    } as const;
    return { kind: 'failed', error, permanent: true };
  }
}

/** A payload and what opens it. */
interface Stored {
  readonly type: RegisteredType;
  readonly run: Pick<ClaimedRun, 'attempt'>;
  readonly jobId: string;
  readonly named: ReadonlyMap<string, string>;
}

const NO_NAMES: readonly string[] = [];
const NO_SECRETS: ReadonlyMap<string, string> = new Map();
const NO_VALUES: readonly unknown[] = [];

function openStored(
  { type, jobId, named }: Stored,
  sealer: Sealer,
  json: JsonText,
): OpenedPayload | SecretError {
  const payload: unknown = JSON.parse(json);
  const { secretFields } = type.payload;
  if (secretFields.length === 0 && !mayHaveSealed(json)) return { payload, values: NO_VALUES };
  try {
    return openPayload(payload, secretFields, { jobId, sealer, named });
  } catch (error) {
    if (error instanceof SecretError) return error;
    throw error;
  }
}

/**
 * A secret that can't be read fails the attempt. A retry may find it: a person or another node can have it.
 */
export function secretOutcome(attempt: number, at: number, { name, message }: SecretError): Outcome {
  const error = { attempt, at, reason: 'error', name, message } as const;
  return { kind: 'failed', error, permanent: false };
}

/** An output that JSON can hold is validated once. Each attempt makes any other output, such as a `Date`. */
function payloadOf({ payload }: RegisteredType, stored: JsonText, output: unknown): AttemptPayload {
  const json = canonicalJson(output);
  if (json !== undefined && isDeepStrictEqual(JSON.parse(json), output)) return { json, schema: undefined };
  return { json: stored, schema: payload.schema };
}
