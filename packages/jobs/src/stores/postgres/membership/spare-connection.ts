import { type ControlConnection, openControlConnection } from './control-connection.ts';
import { BEAT_EVERY_MS } from './control-protocol.ts';

export interface SpareUser {
  /** There is no control connection: the spare one takes its place. */
  needsSpare(): boolean;
  /** Does the work of the control connection over the spare one; called repeatedly while it is needed. */
  useSpare(on: ControlConnection): Promise<void>;
  /** The spare connection is gone. `code`: the SQLSTATE with which the server ended it, if it did. */
  spareLost(code: string | undefined): void;
}

export type SpareConnection = ReturnType<typeof keepSpareConnection>;

/** More often than others look twice. */
const USE_EVERY_MS = 200;
const AGAIN_MS = 100;

/**
 * A node's second connection to the database, by the address of its pools. It stays open, so a node without
 * its control connection can renew its lease even when no new connection can be made.
 */
export function keepSpareConnection(url: string, { needsSpare, useSpare, spareLost }: SpareUser) {
  let connection: ControlConnection | undefined;
  /** When it was last used or tried for (monotonic ms). */
  let lastAt = 0;
  let wasLost = false;
  let isEnded = false;
  let wakeUp = (): void => undefined;

  const drop = () => {
    connection?.drop();
    connection = undefined;
  };
  const open = async () => {
    const made: ControlConnection = await openControlConnection({
      url,
      name: 'greenvue-jobs-spare',
      heard: () => undefined,
      lost(code) {
        if (connection !== made) return;
        connection = undefined;
        wasLost = true;
        spareLost(code);
        wakeUp();
      },
    });
    return made;
  };
  const restMs = () => {
    if (isEnded) return 0;
    const withOne = needsSpare() ? USE_EVERY_MS : BEAT_EVERY_MS;
    const withNone = needsSpare() || wasLost ? AGAIN_MS : BEAT_EVERY_MS;
    return lastAt + (connection === undefined ? withNone : withOne) - performance.now();
  };
  const run = async () => {
    while (!isEnded) {
      lastAt = performance.now();
      wasLost = false;
      try {
        connection ??= await open();
        if (isEnded) return drop();
        // A silent connection is found before it is needed.
        await (needsSpare() ? useSpare(connection) : connection.rows(PING));
      } catch {
        drop();
      }
      for (let ms = restMs(); ms > 0; ms = restMs()) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms);
          wakeUp = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
    }
  };
  void run();

  return {
    /** Undefined while there is none. */
    get connection() {
      return connection;
    },
    /** Call when `needsSpare` has changed. */
    wake() {
      lastAt = 0;
      wakeUp();
    },
    end() {
      isEnded = true;
      drop();
      wakeUp();
    },
  };
}

const PING = 'SELECT';
