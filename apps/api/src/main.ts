import { type Config, loadConfig } from './config/config.ts';
import { databaseName } from './data-dir/database-location.ts';
import { createLogger } from './deps.ts';
import type { Server } from './server.ts';
import { runServer } from './start/run-server.ts';
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
    const server = await runServer(config, { logger });
    // In production, stdout has only the log, with a line of Fastify about the address.
    if (config.env !== 'production') process.stdout.write(welcome(server, config));
  } catch (error) {
    logger.debug({ err: error }, 'the server could not start');
    process.stderr.write(`${startFault(error, config)}\n`);
    process.exitCode = 1;
  }
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
