import { ControlConnection } from './control-connection.ts';
import { BEAT_EVERY_MS } from './control-protocol.ts';
import { InterruptibleSleep } from './interruptible-sleep.ts';

export interface SpareUser {
  /** True if there is no control connection, so that the spare connection must replace it. */
  needsSpare(): boolean;
  /** Does the control connection's work over the spare one. Called repeatedly while that is needed. */
  useSpare(on: ControlConnection): Promise<void>;
  /** The spare connection is lost. `code`: the SQLSTATE with which the server closed it, if any. */
  spareLost(code: string | undefined): void;
}

/** Other nodes check less than half as often. */
const USE_EVERY_MS = 200;
const AGAIN_MS = 100;

/**
 * A node's second connection to the database, to the URL of the pools. It stays open, so that a node without
 * a control connection can renew its lease even if the server accepts no new connections.
 */
export class SpareConnection {
  readonly #url: string;
  readonly #user: SpareUser;
  readonly #sleep = new InterruptibleSleep();
  #connection: ControlConnection | undefined;
  /** When it was last used or last tried to connect (monotonic ms). */
  #lastAt = 0;
  #wasLost = false;
  #isEnded = false;

  constructor(url: string, user: SpareUser) {
    this.#url = url;
    this.#user = user;
    void this.#run();
  }

  /** Undefined while it is not connected. */
  get connection(): ControlConnection | undefined {
    return this.#connection;
  }

  /** Call it when `needsSpare` has changed. */
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
        // Pings, so that a silent connection is found before it is needed.
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
