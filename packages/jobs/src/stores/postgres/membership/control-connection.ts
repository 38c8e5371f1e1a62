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
  heard(payload: string): void;
  /**
   * The open connection is gone; called once, and not after {@link ControlConnection.drop}. `code`: the
   * SQLSTATE with which the server ended it, if it did.
   */
  lost(code: string | undefined): void;
}

/** One connection. Each answer comes in time or not at all: a dead network may stay silent for ever. */
export interface ControlConnection {
  /** Rows as arrays; rejects after 4 s, and is of no use then. */
  rows(sql: string, values?: readonly unknown[]): Promise<unknown[][]>;
  /** Ends it at once, without a word to the server, which may not hear it. */
  drop(): void;
}

export async function openControlConnection({
  url,
  name = 'greenvue-jobs-control',
  heard,
  lost,
}: ControlConnectionOptions): Promise<ControlConnection> {
  const socket = new Socket();
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: QUERY_MS,
    application_name: name,
    keepAlive: true,
    stream: () => socket,
  });
  // Until then whoever opens it is told by a rejection.
  let isOpen = false;
  let said: string | undefined;
  const gone = () => {
    if (!isOpen) return;
    isOpen = false;
    lost(said);
  };
  client.on('error', (error) => {
    said = codeOf(error) ?? said;
    gone();
  });
  client.on('end', gone);
  // When it stops at once, the server says so in a warning.
  client.on('notice', ({ code }) => {
    said = code?.startsWith('57P') ? code : said;
  });
  client.on('notification', ({ payload = '' }) => heard(payload));
  const drop = () => {
    isOpen = false;
    socket.destroy();
  };
  try {
    await client.connect();
  } catch (error) {
    drop();
    throw error;
  }
  isOpen = true;
  return {
    async rows(sql, values = []) {
      try {
        const { rows } = await client.query<unknown[]>({ text: sql, values: [...values], rowMode: 'array' });
        return rows;
      } catch (error) {
        said = codeOf(error) ?? said;
        throw error;
      }
    },
    drop,
  };
}

/**
 * Whether a second connection gets the backend of the first one, which is not doing anything at the moment:
 * then something in between lends sessions out, and no lock and no LISTEN lasts.
 */
export async function isSharedSession(first: ControlConnection, url: string): Promise<boolean> {
  const nothing = () => undefined;
  const second = await openControlConnection({ url, heard: nothing, lost: nothing });
  try {
    const [a] = await first.rows(PID);
    const [b] = await second.rows(PID);
    return a?.[0] === b?.[0];
  } finally {
    second.drop();
  }
}

const PID = 'SELECT pg_backend_pid()';

/** An error as the main thread gets it; `code` is the SQLSTATE or the system's code, if there is one. */
export function faultOf(error: unknown): { readonly message: string; readonly code: string | undefined } {
  if (!(error instanceof Error)) return { message: String(error), code: undefined };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return { message: error.message, code };
}
