import { BoundedMap } from '../../bounded-map.ts';
import type { Clock } from '../../core/clock.ts';
import type { Job } from '../../core/model/job.ts';
import type { JsonText } from '../../core/model/run.ts';
import type { Outcome } from '../../core/rules/settle.ts';
import type { ClaimedRun } from '../../core/store/store-passes.ts';
import { isJson } from '../attempts/safe-text.ts';
import { type CheckedPayload, checkPayload } from './payload-check.ts';
import type { RegisteredType } from './registry.ts';

/** A job's payload in one version, as edited at one time: a failover may give the version to another edit. */
interface Checked {
  readonly version: number;
  readonly updatedAt: number;
  readonly payload: JsonText;
}

/** Bounds of the cache: two bytes for each character of a payload, and 200 for the rest. */
const CACHE = {
  maxBytes: 64 * 1024 * 1024,
  bytesOf: ({ payload }: Checked) => 200 + 2 * payload.length,
};

/** Somebody has edited the database by hand. */
const NO_JSON: CheckedPayload = {
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

  /** Returns the payload with the defaults of its type, or the outcome of an attempt with an invalid one. */
  of(
    type: RegisteredType,
    run: Pick<ClaimedRun, 'payload' | 'attempt'>,
    job: Pick<Job, 'uid' | 'version' | 'updatedAt' | 'payload'>,
  ): JsonText | Outcome {
    if (run.payload !== undefined) return this.#check(type, run, run.payload);
    const known = this.#checked.get(job.uid);
    const { version, updatedAt } = job;
    if (known?.version === version && known.updatedAt === updatedAt) return known.payload;
    const payload = this.#check(type, run, job.payload);
    if (typeof payload === 'string') this.#checked.put(job.uid, { version, updatedAt, payload });
    return payload;
  }

  #check(type: RegisteredType, run: Pick<ClaimedRun, 'attempt'>, json: JsonText): JsonText | Outcome {
    const checked = isJson(json) ? checkPayload(type, JSON.parse(json)) : NO_JSON;
    if (checked.ok) return checked.json;
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
