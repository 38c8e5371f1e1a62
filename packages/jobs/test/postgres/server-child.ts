import { startPostgres } from './server.ts';

/**
 * A process to be killed: starts a server with its data in the folder of its argument, prints both, and
 * waits.
 */
const [, , dataParent = '.'] = process.argv;
const { pid, folder, dataDir } = await startPostgres({ dataParent });
process.stdout.write(`${JSON.stringify({ pid, folder, dataDir })}\n`);
setInterval(() => undefined, 60_000);
