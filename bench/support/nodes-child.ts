// A node of `nodes.ts`. Its argument is the database's URL. Starts and stops on messages.
import { engineOnPostgres } from './postgres-engine.ts';

const engine = engineOnPostgres(process.argv[2] ?? '');
process.on('disconnect', () => process.exit(1));
process.on('message', async (word) => {
  if (word === 'start') return engine.start();
  await engine.stop();
  process.exit();
});
process.send?.('ready');
