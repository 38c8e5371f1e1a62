import { Socket } from 'node:net';
import type pg from 'pg';
import { codeOf } from '../connection/database-errors.ts';
import { driver } from '../connection/driver.ts';
import { SET_SESSION } from '../connection/session-settings.ts';

/** Longer than a slow server takes, but two tries fit into a lease. */
const CONNECT_MS = 4_000;
const QUERY_MS = 4_000;

export interface ControlConnectionOptions {
  readonly url: string;
  /** The application name that the server lists (`greenvue-jobs-control`). */
  readonly name?: string;
  /** Receives the payload of each notification. */
  received(payload: string): void;
  /**
   * Called once when the open connection is lost, but not after {@link ControlConnection.drop}. `code`: the
   * SQLSTATE with which the server closed it, if any.
   */
  lost(code: string | undefined): void;
}

/** One connection whose queries have a time limit, because a dead network may stay silent forever. */
export class ControlConnection {
  readonly #socket = new Socket();
  readonly #client: pg.Client;
  readonly #lost: ControlConnectionOptions['lost'];
  /** Until it is open, a loss rejects `open` instead. */
  #isOpen = false;
  /** The last SQLSTATE from the server. */
  #code: string | undefined;

  static async open(options: ControlConnectionOptions): Promise<ControlConnection> {
    const made = new ControlConnection(options);
    try {
      await made.#client.connect();
      await made.rows(SET_SESSION, [Reflect.get(made.#client, 'processID')]);
    } catch (error) {
      made.drop();
      throw error;
    }
    made.#isOpen = true;
    return made;
  }

  constructor({ url, name = 'greenvue-jobs-control', received, lost }: ControlConnectionOptions) {
    this.#lost = lost;
    this.#client = new driver.Client({
      connectionString: url,
      connectionTimeoutMillis: CONNECT_MS,
      query_timeout: QUERY_MS,
      application_name: name,
      keepAlive: true,
      stream: () => this.#socket,
    });
    this.#client.on('error', (error) => {
      this.#code = codeOf(error) ?? this.#code;
      this.#gone();
    });
    this.#client.on('end', () => this.#gone());
    // A server in shutdown sends a notice with the reason.
    this.#client.on('notice', ({ code }) => {
      this.#code = code?.startsWith('57P') ? code : this.#code;
    });
    this.#client.on('notification', ({ payload = '' }) => received(payload));
  }

  /** Returns rows as arrays. Rejects after 4 s; the connection is then unusable. */
  async rows(sql: string, values: readonly unknown[] = []): Promise<unknown[][]> {
    try {
      const query = { text: sql, values: [...values], rowMode: 'array' as const };
      return (await this.#client.query<unknown[]>(query)).rows;
    } catch (error) {
      this.#code = codeOf(error) ?? this.#code;
      throw error;
    }
  }

  /** Closes it at once, without a message to the server, which may be unreachable. */
  drop(): void {
    this.#isOpen = false;
    this.#socket.destroy();
  }

  #gone(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#lost(this.#code);
  }
}

/**
 * Whether a second connection gets the same backend while the first one is idle. If so, a pooler shares
 * sessions, so session locks and LISTEN do not last.
 */
export async function isSharedSession(first: ControlConnection, url: string): Promise<boolean> {
  const nothing = () => undefined;
  const second = await ControlConnection.open({ url, received: nothing, lost: nothing });
  try {
    const [a] = await first.rows(PID);
    const [b] = await second.rows(PID);
    return a?.[0] === b?.[0];
  } finally {
    second.drop();
  }
}

const PID = 'SELECT pg_backend_pid()';

/**
 * An error in the form that the main thread receives. `code`: the SQLSTATE or the system error code, if any.
 */
export function faultOf(error: unknown): { readonly message: string; readonly code: string | undefined } {
  if (!(error instanceof Error)) return { message: String(error), code: undefined };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return { message: error.message, code };
}
