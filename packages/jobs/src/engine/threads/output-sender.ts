import type { Clock } from '../../core/clock.ts';
import type { SecretMask } from '../../core/secrets/secret-mask.ts';
import { AttemptOutput, type NewOutput } from '../attempts/attempt-output.ts';
import type { FromThread } from './thread-messages.ts';

const SEND_EVERY_MS = 100;

/** Sends a handler's logs and reports to the engine, at most ten times a second, until the handler ends. */
export class OutputSender {
  readonly output: AttemptOutput;
  readonly #clock: Clock;
  readonly #send: (message: FromThread) => void;
  #isOver = false;
  #sentAt = Number.NEGATIVE_INFINITY;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, send: (message: FromThread) => void, mask?: SecretMask) {
    this.#clock = clock;
    this.#send = send;
    this.output = new AttemptOutput(clock.now, { changed: () => this.#changed() }, mask);
  }

  /** Returns what was not sent yet. */
  end(): NewOutput | undefined {
    this.#isOver = true;
    this.#cancel?.();
    return this.output.take();
  }

  #changed(): void {
    if (this.#isOver) return;
    // By the clock: a handler that never waits lets no timer fire.
    if (this.#clock.monotonic() - this.#sentAt >= SEND_EVERY_MS) this.#sendNew();
    else this.#cancel ??= this.#clock.setTimer(SEND_EVERY_MS, () => this.#sendNew());
  }

  #sendNew(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#sentAt = this.#clock.monotonic();
    const output = this.output.take();
    if (output !== undefined) this.#send({ kind: 'output', output });
  }
}
