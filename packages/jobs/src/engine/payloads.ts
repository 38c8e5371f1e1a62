import type { Clock } from '../core/clock.ts';
import type { Job } from '../core/job.ts';
import type { JsonText } from '../core/run.ts';
import type { Outcome } from '../core/settle.ts';
import type { ClaimedRun } from '../core/store-passes.ts';
import { checkPayload, type RegisteredType } from './registry.ts';

/** So much of the jobs' payloads is kept as they were checked, by a rough count. */
const MOST_KEPT_BYTES = 64 * 1024 * 1024;
/** And its text. */
const BYTES_OF_PAYLOAD = 200;

/** The payloads that attempts get: checked again with today's schema, which may have become stricter (P21). */
export class Payloads<Deps> {
  readonly #clock: Clock;
  /** By the uid of their job. */
  readonly #checked = new Map<string, { readonly version: number; readonly payload: JsonText }>();
  #keptBytes = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** With the defaults of the type; or the outcome for one that is not valid. */
  of(type: RegisteredType<Deps>, run: ClaimedRun, job: Job): JsonText | Outcome {
    if (run.payload !== undefined) return this.#check(type, run, run.payload);
    const known = this.#checked.get(job.uid);
    if (known?.version === job.version) return known.payload;
    const payload = this.#check(type, run, job.payload);
    if (typeof payload === 'string') this.#keep(job, payload);
    return payload;
  }

  #keep({ uid, version }: Job, payload: JsonText): void {
    if (this.#keptBytes > MOST_KEPT_BYTES) {
      this.#checked.clear();
      this.#keptBytes = 0;
    }
    this.#checked.set(uid, { version, payload });
    this.#keptBytes += BYTES_OF_PAYLOAD + payload.length;
  }

  #check(type: RegisteredType<Deps>, run: ClaimedRun, json: JsonText): JsonText | Outcome {
    const checked = checkPayload(type, JSON.parse(json));
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
