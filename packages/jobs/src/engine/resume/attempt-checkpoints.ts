import { createHash } from 'node:crypto';
import { type SavedState, savedStateIn } from '../../core/model/checkpoint.ts';
import { StoreError } from '../../core/model/errors.ts';
import type { JsonText } from '../../core/model/run.ts';
import { shownPayload } from '../../core/secrets/payload-secrets.ts';
import { placeOfCheckpoint } from '../../core/secrets/secret-value.ts';
import type { JobStore } from '../../core/store/store.ts';
import { type Attempt, stopError } from '../attempts/attempt.ts';
import { idsOf } from '../attempts/attempt-log.ts';
import type { AttemptState } from '../attempts/handler-resume.ts';
import type { RegisteredType } from '../job-types/registry.ts';
import type { PayloadSecrets } from '../job-types/secret-payload.ts';
import type { Settings } from '../options.ts';
import { AFTER_FAILURE_MS } from '../timing/pace.ts';

export interface AttemptCheckpointsDeps {
  readonly settings: Pick<Settings, 'clock' | 'logger'>;
  readonly store: Pick<JobStore, 'saveCheckpoint' | 'readCheckpoint'>;
  readonly secrets: Pick<PayloadSecrets, 'keyring'>;
  /** Tells the handler to stop: another node has its run. */
  readonly stale: (attempt: Attempt) => void;
}

/** More than any state needs as text: a thread may send anything. */
const LONGEST_CONTENT = 600_000;

/** Reads and writes what the attempts of one run save for the next one (P30, resume). */
export class AttemptCheckpoints implements AttemptState {
  readonly #type: RegisteredType;
  readonly #with: AttemptCheckpointsDeps;
  readonly #attempt: Attempt;
  readonly #input: string;
  #saved: SavedState | undefined;
  #seq = 0;
  #isOver = false;

  constructor(deps: AttemptCheckpointsDeps, type: RegisteredType, attempt: Attempt) {
    this.#type = type;
    this.#with = deps;
    this.#attempt = attempt;
    const { claimed, owner } = attempt;
    // Without secrets: a reseal gives them another text, and is no change.
    const payload = shownPayload(claimed.payload ?? owner.payload, type.payload.secretFields);
    this.#input = inputKey(type.jobType.version, payload);
  }

  get jobType(): AttemptState['jobType'] {
    return this.#type.jobType;
  }

  /** What an earlier attempt has saved. */
  get saved(): SavedState | undefined {
    return this.#saved;
  }

  get isSaved(): boolean {
    return this.#saved !== undefined || this.#seq > 0;
  }

  /** Rejects with a `StoreError` while the database is away. */
  async read(): Promise<void> {
    const row = await this.#with.store.readCheckpoint(this.#attempt.claimed.id);
    if (row?.input === this.#input) this.#saved = this.#opened(row.content);
  }

  /**
   * Resolves once the state is durable. While the database is away, it tries again, until the handler is told
   * to stop. Rejects if the claim is stale.
   */
  async save(content: string): Promise<void> {
    if (content.length > LONGEST_CONTENT) throw new Error('The state of a thread is too large to be saved.');
    const { claimed } = this.#attempt;
    this.#seq += 1;
    const input = {
      runId: claimed.id,
      fence: claimed.fence,
      seq: this.#seq,
      input: this.#input,
      content: this.#sealed(content),
    };
    for (let tries = 1; ; tries++) {
      try {
        if (await this.#with.store.saveCheckpoint(input)) return;
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        if (tries === 1) this.#with.settings.logger.warn({ ...idsOf(this.#attempt), err: error }, AWAY);
        await this.#pause(error);
        continue;
      }
      this.#with.stale(this.#attempt);
      throw stopError('stale');
    }
  }

  end(): void {
    this.#isOver = true;
  }

  /** Waits before the next try. Throws if the handler is told to stop, or has ended. */
  #pause(error: StoreError): Promise<void> {
    const { signal } = this.#attempt;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const stop = () => reject(signal.reason);
    const cancel = this.#with.settings.clock.setTimer(AFTER_FAILURE_MS, () =>
      this.#isOver ? reject(error) : resolve(),
    );
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    return promise.finally(() => {
      cancel();
      signal.removeEventListener('abort', stop);
    });
  }

  #sealed(content: string): string {
    return this.#isSecret ? this.#with.secrets.keyring.seal(this.#place, content) : content;
  }

  /** Undefined for a text that can't be read, such as one of a key that is gone. */
  #opened(content: string): SavedState | undefined {
    try {
      return savedStateIn(this.#isSecret ? this.#with.secrets.keyring.open(this.#place, content) : content);
    } catch (err) {
      this.#with.settings.logger.warn({ ...idsOf(this.#attempt), err }, UNREADABLE);
      return undefined;
    }
  }

  /** The handler of a type with secrets may save them. */
  get #isSecret(): boolean {
    return this.#type.payload.secretFields.length > 0 && this.#with.secrets.keyring.ids.length > 0;
  }

  get #place(): string {
    return placeOfCheckpoint(this.#attempt.claimed.id);
  }
}

const AWAY = 'a checkpoint could not be saved; the handler waits, and the engine tries again each second';
const UNREADABLE = 'the checkpoint of a run could not be read; its handler starts from the beginning';

/** Of a payload without its secrets: it tells nothing of them. */
function inputKey(version: number, payload: JsonText): string {
  return createHash('sha256').update(`${version}\n${payload}`).digest('base64url').slice(0, 22);
}
