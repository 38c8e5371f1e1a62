import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import { type Server, type ServerOptions, startServer } from '../server.ts';
import { startOnceDiskHasRoom } from './full-disk.ts';
import { stopOnSignals } from './signals.ts';

/** Starts the server of this process, which then ends with a signal, or once a database is lost. */
export async function runServer(
  config: Config,
  { logger, ...options }: ServerOptions & { readonly logger: Logger },
): Promise<Server> {
  const server = await startOnceDiskHasRoom(() => startServer(config, { logger, ...options }), {
    dataDir: config.dataDir,
    say: (line) => process.stderr.write(`${line}\n`),
  });
  endWhenLost(server.lost, logger);
  stopOnSignals(
    () => server.stop(),
    (error) => logger.fatal({ err: error }, 'the server could not stop in an orderly way'),
  );
  return server;
}

/** Ends the process at once when a database is lost: further responses could acknowledge lost writes. */
function endWhenLost(lost: AbortSignal, logger: Logger): void {
  const end = () => {
    logger.fatal({ err: lost.reason }, 'a database was lost; the process ends');
    process.stderr.write(`${lost.reason instanceof Error ? lost.reason.message : String(lost.reason)}\n`);
    process.exit(1);
  };
  if (lost.aborted) end();
  lost.addEventListener('abort', end);
}
