import type { Logger } from 'pino';
import { type Config, loadConfig } from './config/config.ts';
import { databaseName } from './data-dir/database-location.ts';
import { createLogger } from './deps.ts';
import { type Server, startServer } from './server.ts';
import { startOnceDiskHasRoom } from './start/full-disk.ts';
import { stopOnSignals } from './start/signals.ts';
import { startFault } from './start/start-fault.ts';

// New files are accessible only to their owner.
process.umask(0o077);

const loaded = loadConfig();
for (const line of loaded.warnings) process.stderr.write(`${line}\n`);
if (loaded.ok) await start(loaded.config);
else {
  for (const line of loaded.faults) process.stderr.write(`${line}\n`);
  process.exitCode = 1;
}

async function start(config: Config): Promise<void> {
  const logger = createLogger(config);
  try {
    const server = await startOnceDiskHasRoom(() => startServer(config, { logger }), {
      dataDir: config.dataDir,
      say: (line) => process.stderr.write(`${line}\n`),
    });
    endWhenLost(server.lost, logger);
    stopOnSignals(
      () => server.stop(),
      (error) => logger.fatal({ err: error }, 'the server could not stop in an orderly way'),
    );
    // In production, stdout has only the log, with a line of Fastify about the address.
    if (config.env !== 'production') process.stdout.write(welcome(server, config));
  } catch (error) {
    logger.debug({ err: error }, 'the server could not start');
    process.stderr.write(`${startFault(error, config)}\n`);
    process.exitCode = 1;
  }
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

function welcome({ url, adminPasswordAt }: Server, config: Config): string {
  const admin =
    adminPasswordAt === undefined
      ? []
      : [`  Admin    ${config.admin.email}, password in ${adminPasswordAt}; change it at the first sign-in`];
  return [
    `GreenVue listens on ${url}`,
    `  Console  ${url}/console`,
    `  Docs     ${url}/docs`,
    `  Token    npm run -s token`,
    ...admin,
    `  Data     ${config.postgres === undefined ? config.dataDir : databaseName(config)}`,
    '',
  ].join('\n');
}
