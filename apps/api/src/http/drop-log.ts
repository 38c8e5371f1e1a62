import type { FastifyBaseLogger } from 'fastify';
import type { Clock } from '../clock.ts';
import type { DropCount, DropReason } from './connections.ts';

export interface DropLogDeps {
  readonly logger: Pick<FastifyBaseLogger, 'warn'>;
  readonly clock: Clock;
  /** Called once for each connection. */
  readonly countDrop: (reason: DropReason) => void;
}

const LINE_EVERY_MS = 60_000;
const WHY: Readonly<Record<DropReason, string>> = {
  server:
    'as many as MAX_CONNECTIONS allows were open. If clients need more, raise it, and ulimit -n with it',
  network:
    'too many from their network were open. Clients that share an address need a proxy and TRUST_PROXY',
};

/** Counts each connection that the server closed at once, and logs one line a minute for each reason. */
export function createDropLog({ logger, clock, countDrop }: DropLogDeps): DropCount {
  const since = { server: { dropped: 0, loggedAt: -Infinity }, network: { dropped: 0, loggedAt: -Infinity } };
  return {
    add(reason, address) {
      countDrop(reason);
      const counted = since[reason];
      counted.dropped += 1;
      const now = clock.now();
      if (now - counted.loggedAt < LINE_EVERY_MS) return;
      const { dropped } = counted;
      since[reason] = { dropped: 0, loggedAt: now };
      const what = dropped === 1 ? '1 new connection' : `${dropped} new connections`;
      logger.warn({ dropped, reason, address }, `closed ${what}: ${WHY[reason]}`);
    },
  };
}
