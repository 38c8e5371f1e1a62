import type { FastifyBaseLogger } from 'fastify';
import type { DropCount, DropReason } from './connections.ts';

export interface DropLogDeps {
  readonly logger: Pick<FastifyBaseLogger, 'warn'>;
  /** Called once for each connection or request. */
  readonly countDrop: (reason: DropReason) => void;
}

const LINE_EVERY_MS = 60_000;
const REASONS = ['server', 'network', 'overload'] as const;
const LINES: Readonly<Record<DropReason, (dropped: number) => string>> = {
  server: (dropped) =>
    `closed ${counted(dropped, 'new connection')}: the limit MAX_CONNECTIONS was reached. If clients need more connections, raise it together with ulimit -n`,
  network: (dropped) =>
    `closed ${counted(dropped, 'new connection')}: the limit for one network was reached. Put a proxy in front and set TRUST_PROXY if clients share an address`,
  overload: (dropped) =>
    `answered ${counted(dropped, 'request')} with 503: more requests arrived than this process can answer. Find their sender; on PostgreSQL, you can also add a node`,
};

function counted(count: number, what: string): string {
  return count === 1 ? `1 ${what}` : `${count} ${what}s`;
}

/**
 * Counts the connections that the server closed at once, and the requests that it refused. Logs the first one
 * for each reason, then their number once a minute.
 */
export function createDropLog({ logger, countDrop }: DropLogDeps): DropCount {
  const since: Record<DropReason, Dropped> = {
    server: { dropped: 0 },
    network: { dropped: 0 },
    overload: { dropped: 0 },
  };
  const log = (reason: DropReason): void => {
    const { dropped, address } = since[reason];
    since[reason] = { dropped: 0 };
    if (dropped === 0) return;
    logger.warn({ dropped, reason, address }, LINES[reason](dropped));
    since[reason].timer = setTimeout(() => log(reason), LINE_EVERY_MS).unref();
  };
  return {
    add(reason, address) {
      countDrop(reason);
      const count = since[reason];
      count.dropped += 1;
      count.address = address;
      if (count.timer === undefined) log(reason);
    },
    close() {
      for (const reason of REASONS) {
        clearTimeout(since[reason].timer);
        log(reason);
        // The line started the next minute.
        clearTimeout(since[reason].timer);
      }
    },
  };
}

/** The closed connections or refused requests of one reason since the last line. */
interface Dropped {
  dropped: number;
  /** Address of the latest one. */
  address?: string;
  /** Runs until the next line may be logged. */
  timer?: NodeJS.Timeout;
}
