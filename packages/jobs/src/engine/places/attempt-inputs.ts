import type { Outcome } from '../../core/rules/settle.ts';
import type { JobStore } from '../../core/store/store.ts';
import type { Attempt, AttemptPayload } from '../attempts/attempt.ts';
import { CheckedPayloads } from '../job-types/checked-payloads.ts';
import type { RegisteredType } from '../job-types/registry.ts';
import { type PayloadSecrets, readNamedSecrets } from '../job-types/secret-payload.ts';
import type { Settings } from '../options.ts';
import { AttemptCheckpoints } from '../resume/attempt-checkpoints.ts';
import type { RunningAttempts } from './running-attempts.ts';

export interface AttemptInputsDeps {
  readonly settings: Settings;
  readonly store: JobStore;
  readonly secrets: PayloadSecrets;
  readonly running: RunningAttempts;
}

/** What handlers get: payloads, and what must be read from the store before they begin. */
export class AttemptInputs {
  readonly #with: AttemptInputsDeps;
  readonly #payloads: CheckedPayloads;

  constructor(deps: AttemptInputsDeps) {
    this.#with = deps;
    this.#payloads = new CheckedPayloads(deps.settings.clock, deps.secrets.keyring);
  }

  /** Undefined: {@link read} must read stored secrets first. */
  payloadOf(
    type: RegisteredType,
    run: Attempt['claimed'],
    job: Attempt['owner'],
  ): AttemptPayload | Outcome | undefined {
    return this.#payloads.namesFor(type, run, job).length === 0
      ? this.#payloads.of(type, run, job)
      : undefined;
  }

  /**
   * Reads what an earlier attempt has saved, and the stored secrets that the payload names. Returns the
   * outcome of an attempt that can't begin. Throws if it was told to stop.
   */
  async read(type: RegisteredType, attempt: Attempt): Promise<Outcome | undefined> {
    const { secrets, running } = this.#with;
    const { claimed, owner } = attempt;
    if (type.resumes) {
      const stale = () => {
        if (running.has(attempt)) running.stop(attempt, 'stale');
      };
      const state = new AttemptCheckpoints({ ...this.#with, stale }, type, attempt);
      await state.read();
      attempt.state = state;
    }
    const names = this.#payloads.namesFor(type, claimed, owner);
    const named = names.length === 0 ? undefined : await readNamedSecrets(secrets, names);
    if (attempt.stop !== undefined) throw attempt.stop.error;
    if (named === undefined) return undefined;
    const payload = this.#payloads.of(type, claimed, owner, named);
    if (!('json' in payload)) return payload;
    attempt.input = payload;
    return undefined;
  }
}
