import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../../clock.ts';
import { networkOf } from '../../rest/client-address.ts';
import { createEventSampler } from '../../security-log/event-sampler.ts';

// Enough for every path of the API; a client can send 16 KiB.
export const LOGGED_URL = 256;
const TOO_MANY_REQUESTS = 429;
const BOUNDS = { refused: { inAll: 60, perKey: [10] } };
const MINUTE_MS = 60_000;

export interface AnswerLogDeps {
  readonly logger: Pick<FastifyBaseLogger, 'warn'>;
  readonly clock: Clock;
}

/**
 * Logs each response in one line: errors at `info`, others at `debug`. Limits floods of 429: logs the first
 * ones of each minute, then the number of the others.
 */
export function logAnswers(app: FastifyInstance, { logger, clock }: AnswerLogDeps): void {
  const sampler = createEventSampler(BOUNDS, clock);
  let timer: NodeJS.Timeout | undefined;
  const logLeftOut = (all?: 'all'): void => {
    for (const { count, from, until } of sampler.leftOut(all))
      logger.warn(
        { status: TOO_MANY_REQUESTS, left_out: count, from: timeOf(from), until: timeOf(until) },
        'more 429 responses than the log shows',
      );
  };
  const logLeftOutLater = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      logLeftOut();
    }, MINUTE_MS).unref();
  };
  app.addHook('onResponse', async (request, reply) => {
    if (reply.statusCode < 400) request.log.debug(lineOf(request, reply), 'answered');
    else if (reply.statusCode !== TOO_MANY_REQUESTS) request.log.info(lineOf(request, reply), 'answered');
    else if (sampler.takes('refused', [networkOf(request.clientAddress)]))
      request.log.info(lineOf(request, reply), 'answered');
    else logLeftOutLater();
  });
  app.addHook('onClose', async () => {
    clearTimeout(timer);
    logLeftOut('all');
  });
}

function lineOf(request: FastifyRequest, reply: FastifyReply) {
  return {
    method: request.method,
    url: request.url.slice(0, LOGGED_URL),
    status: reply.statusCode,
    ms: Math.round(reply.elapsedTime * 10) / 10,
    who: request.principal?.id,
  };
}

const timeOf = (ms: number): string => new Date(ms).toISOString();
