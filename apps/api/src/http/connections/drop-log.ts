import type { FastifyBaseLogger } from 'fastify';
import type { DropCount, DropReason } from './connections.ts';

export interface DropLogDeps {
  readonly logger: Pick<FastifyBaseLogger, 'warn'>;
  /** Called once for each connection. */
  readonly countDrop: (reason: DropReason) => void;
}

const LINE_EVERY_MS = 60_000;
const WHY: Readonly<Record<DropReason, string>> = {
  server:
    'the limit MAX_CONNECTIONS was reached. If clients need more connections, raise it together with ulimit -n',
  network:
    'the limit for one network was reached. Put a proxy in front and set TRUST_PROXY if clients share an address',
};

/**
 * Counts the connections that the server closed at once. Logs the first one for each reason, then their
 * number once a minute.
 */
export function createDropLog({ logger, countDrop }: DropLogDeps): DropCount {
  const since: Record<DropReason, Dropped> = { server: { dropped: 0 }, network: { dropped: 0 } };
  const log = (reason: DropReason): void => {
    const { dropped, address } = since[reason];
    since[reason] = { dropped: 0 };
    if (dropped === 0) return;
    const what = dropped === 1 ? '1 new connection' : `${dropped} new connections`;
    logger.warn({ dropped, reason, address }, `closed ${what}: ${WHY[reason]}`);
    since[reason].timer = setTimeout(() => log(reason), LINE_EVERY_MS).unref();
  };
  return {
    add(reason, address) {
      countDrop(reason);
      const counted = since[reason];
      counted.dropped += 1;
      counted.address = address;
      if (counted.timer === undefined) log(reason);
    },
    close() {
      for (const reason of ['server', 'network'] as const) {
        clearTimeout(since[reason].timer);
        log(reason);
        // The line started the next minute.
        clearTimeout(since[reason].timer);
      }
    },
  };
}

/** The closed connections of one reason since the last line. */
interface Dropped {
  dropped: number;
  /** Address of the latest one. */
  address?: string;
  /** Runs until the next line may be logged. */
  timer?: NodeJS.Timeout;
}
