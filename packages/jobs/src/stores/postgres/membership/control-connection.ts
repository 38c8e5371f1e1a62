import { Socket } from 'node:net';
import pg from 'pg';
import { codeOf } from '../connection/database-errors.ts';

/** Longer than a slow server takes, and short enough that two tries fit into a lease. */
const CONNECT_MS = 4_000;
const QUERY_MS = 4_000;

export interface ControlConnectionOptions {
  readonly url: string;
  /** As the server lists it (`greenvue-jobs-control`). */
  readonly name?: string;
  /** Takes the payload of a notification. */
  received(payload: string): void;
  /**
   * The open connection is gone; called once, and not after {@link ControlConnection.drop}. `code`: the
   * SQLSTATE with which the server ended it, if it did.
   */
  lost(code: string | undefined): void;
}

/** One connection. Each answer comes in time or not at all: a dead network may stay silent for ever. */
export class ControlConnection {
  readonly #socket = new Socket();
  readonly #client: pg.Client;
  readonly #lost: ControlConnectionOptions['lost'];
  /** Before it is open, a loss is a rejection of `open`. */
  #isOpen = false;
  /** The last SQLSTATE from the server. */
  #code: string | undefined;

  static async open(options: ControlConnectionOptions): Promise<ControlConnection> {
    const made = new ControlConnection(options);
    try {
      await made.#client.connect();
    } catch (error) {
      made.drop();
      throw error;
    }
    made.#isOpen = true;
    return made;
  }

  constructor({ url, name = 'greenvue-jobs-control', received, lost }: ControlConnectionOptions) {
    this.#lost = lost;
    this.#client = new pg.Client({
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
    // A server that stops at once says so in a warning.
    this.#client.on('notice', ({ code }) => {
      this.#code = code?.startsWith('57P') ? code : this.#code;
    });
    this.#client.on('notification', ({ payload = '' }) => received(payload));
  }

  /** Rows as arrays; rejects after 4 s, and the connection is of no use then. */
  async rows(sql: string, values: readonly unknown[] = []): Promise<unknown[][]> {
    try {
      const query = { text: sql, values: [...values], rowMode: 'array' as const };
      return (await this.#client.query<unknown[]>(query)).rows;
    } catch (error) {
      this.#code = codeOf(error) ?? this.#code;
      throw error;
    }
  }

  /** Ends it at once, without a message to the server, which may be out of reach. */
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
 * Whether a second connection gets the backend of the first one, which is idle now: then a pooler shares
 * sessions, and no lock and no LISTEN lasts.
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

/** An error as the main thread gets it; `code` is the SQLSTATE or the code of the system, if any. */
export function faultOf(error: unknown): { readonly message: string; readonly code: string | undefined } {
  if (!(error instanceof Error)) return { message: String(error), code: undefined };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return { message: error.message, code };
}
