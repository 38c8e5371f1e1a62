import { startPostgres } from './server.ts';

/**
 * A process to be killed: starts a server whose data is in the folder it is told, says which and where, and
 * stays until its end comes.
 */
const [, , dataParent = '.'] = process.argv;
const { pid, folder, dataDir } = await startPostgres({ dataParent });
process.stdout.write(`${JSON.stringify({ pid, folder, dataDir })}\n`);
setInterval(() => undefined, 60_000);
