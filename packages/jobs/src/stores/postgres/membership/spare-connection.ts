import { ControlConnection } from './control-connection.ts';
import { BEAT_EVERY_MS } from './control-protocol.ts';
import { InterruptibleSleep } from './interruptible-sleep.ts';

export interface SpareUser {
  /** There is no control connection: the spare one takes its place. */
  needsSpare(): boolean;
  /** Does the work of the control connection over the spare one; called repeatedly while it is needed. */
  useSpare(on: ControlConnection): Promise<void>;
  /** The spare connection is gone. `code`: the SQLSTATE with which the server ended it, if it did. */
  spareLost(code: string | undefined): void;
}

/** Other nodes look less than half as often. */
const USE_EVERY_MS = 200;
const AGAIN_MS = 100;

/**
 * A node's second connection to the database, by the address of its pools. It stays open, so a node without
 * its control connection can renew its lease even when no new connection can be made.
 */
export class SpareConnection {
  readonly #url: string;
  readonly #user: SpareUser;
  readonly #sleep = new InterruptibleSleep();
  #connection: ControlConnection | undefined;
  /** When it was last used or tried for (monotonic ms). */
  #lastAt = 0;
  #wasLost = false;
  #isEnded = false;

  constructor(url: string, user: SpareUser) {
    this.#url = url;
    this.#user = user;
    void this.#run();
  }

  /** Undefined while there is none. */
  get connection(): ControlConnection | undefined {
    return this.#connection;
  }

  /** Call when `needsSpare` has changed. */
  wake(): void {
    this.#lastAt = 0;
    this.#sleep.wake();
  }

  end(): void {
    this.#isEnded = true;
    this.#drop();
    this.#sleep.wake();
  }

  async #run(): Promise<void> {
    while (!this.#isEnded) {
      this.#lastAt = performance.now();
      this.#wasLost = false;
      try {
        this.#connection ??= await this.#open();
        if (this.#isEnded) return this.#drop();
        // A silent connection is found before it is needed.
        await (this.#user.needsSpare() ? this.#user.useSpare(this.#connection) : this.#connection.rows(PING));
      } catch {
        this.#drop();
      }
      for (let ms = this.#restMs; ms > 0; ms = this.#restMs) await this.#sleep.for(ms);
    }
  }

  async #open(): Promise<ControlConnection> {
    const made: ControlConnection = await ControlConnection.open({
      url: this.#url,
      name: 'greenvue-jobs-spare',
      received: () => undefined,
      lost: (code) => {
        if (this.#connection !== made) return;
        this.#connection = undefined;
        this.#wasLost = true;
        this.#user.spareLost(code);
        this.#sleep.wake();
      },
    });
    return made;
  }

  #drop(): void {
    this.#connection?.drop();
    this.#connection = undefined;
  }

  get #restMs(): number {
    if (this.#isEnded) return 0;
    const isNeeded = this.#user.needsSpare();
    const withOne = isNeeded ? USE_EVERY_MS : BEAT_EVERY_MS;
    const withNone = isNeeded || this.#wasLost ? AGAIN_MS : BEAT_EVERY_MS;
    return this.#lastAt + (this.#connection === undefined ? withNone : withOne) - performance.now();
  }
}

const PING = 'SELECT';
