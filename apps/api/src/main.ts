import type { Logger } from 'pino';
import { type Config, loadConfig } from './config/config.ts';
import { databaseName } from './data-dir/database-location.ts';
import { createLogger } from './deps.ts';
import { type Server, startServer } from './server.ts';
import { startOnceDiskHasRoom } from './start/full-disk.ts';
import { stopOnSignals } from './start/signals.ts';
import { startFault } from './start/start-fault.ts';

// Only the owner may read the files that this process makes.
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
      (error) => logger.fatal({ err: error }, 'could not stop in order'),
    );
    // In production stdout is for the log, where Fastify has said that it listens.
    if (config.env !== 'production') process.stdout.write(welcome(server, config));
  } catch (error) {
    logger.debug({ err: error }, 'could not start');
    process.stderr.write(`${startFault(error, config)}\n`);
    process.exitCode = 1;
  }
}

/** At once: each answer until then may acknowledge a write that nobody will find again. */
function endWhenLost(lost: AbortSignal, logger: Logger): void {
  const end = () => {
    logger.fatal({ err: lost.reason }, 'a database is lost');
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
      : [
          `  Admin    ${config.admin.email}, password in ${adminPasswordAt}, to be changed at the first sign-in`,
        ];
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
