import { startPostgres } from './server.ts';

/** A process to be killed: starts a server, says which and where, and stays until its end comes. */
const { pid, folder, dataDir } = await startPostgres();
process.stdout.write(`${JSON.stringify({ pid, folder, dataDir })}\n`);
setInterval(() => undefined, 60_000);
