import { isDeepStrictEqual } from 'node:util';
import { BoundedMap } from '../../bounded-map.ts';
import type { Clock } from '../../core/clock.ts';
import type { Job } from '../../core/model/job.ts';
import type { JsonText } from '../../core/model/run.ts';
import type { Outcome } from '../../core/rules/settle.ts';
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
  /** By the uid of their job. */
  readonly #checked = new BoundedMap<string, Checked>(CACHE);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The payload for an attempt, or the outcome of an attempt with an invalid one. */
  of(
    type: RegisteredType,
    run: Pick<ClaimedRun, 'payload' | 'attempt'>,
    job: Pick<Job, 'uid' | 'version' | 'updatedAt' | 'payload'>,
  ): AttemptPayload | Outcome {
    if (run.payload !== undefined) return this.#check(type, run, run.payload);
    const known = this.#checked.get(job.uid);
    const { version, updatedAt } = job;
    if (known?.version === version && known.updatedAt === updatedAt) return known.payload;
    const payload = this.#check(type, run, job.payload);
    if ('json' in payload) this.#checked.put(job.uid, { version, updatedAt, payload });
    return payload;
  }

  #check(type: RegisteredType, run: Pick<ClaimedRun, 'attempt'>, json: JsonText): AttemptPayload | Outcome {
    const checked = isJson(json) ? checkPayload(type.payload, JSON.parse(json)) : NO_JSON;
    if (checked.ok) return payloadOf(type, json, checked.output);
    const message = checked.faults.map(({ pointer, detail }) => `${pointer}: ${detail}`).join('; ');
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

/** An output that JSON can hold is validated once. Each attempt makes any other output, such as a `Date`. */
function payloadOf({ payload }: RegisteredType, stored: JsonText, output: unknown): AttemptPayload {
  const json = canonicalJson(output);
  if (json !== undefined && isDeepStrictEqual(JSON.parse(json), output)) return { json, schema: undefined };
  return { json: stored, schema: payload.schema };
}
