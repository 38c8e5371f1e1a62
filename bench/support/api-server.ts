// GreenVue's server as with `npm start`, with a further job type `noop` for measurements.
import { createJobs } from '@greenvue/jobs';
import { sqlite } from '@greenvue/jobs/sqlite';
import { createApp } from '../../apps/api/src/app.ts';
import { loadConfig } from '../../apps/api/src/config/config.ts';
import { dataFiles, openDataDir } from '../../apps/api/src/data-dir/data-dir.ts';
import { createDeps } from '../../apps/api/src/deps.ts';
import { jobTypes } from '../../apps/api/src/jobs/catalogue.ts';
import { featureRoutes } from '../../apps/api/src/routes.ts';
import { threadDeps } from '../../apps/api/src/thread-deps.ts';
import { noopType } from './noop.ts';

const loaded = loadConfig();
if (!loaded.ok) throw new Error(loaded.faults.join('\n'));
const { config } = loaded;
openDataDir(config.dataDir);
const deps = await createDeps(config);
let drained = 0;
const engine = createJobs({
  store: sqlite(dataFiles(config.dataDir).jobs),
  types: [...jobTypes, noopType(() => void drained++)],
  deps,
  threadDeps: threadDeps.with(deps.threadData),
});
const app = createApp({
  config,
  version: deps.version,
  logger: deps.logger,
  clock: deps.clock,
  authenticate: deps.authenticate,
  securityLog: deps.securityLog,
  observe: deps.metrics.observe,
  countDrop: deps.metrics.countDrop,
  routes: [
    ...featureRoutes(deps),
    async (scope) => {
      // Routes to control and read the measurement.
      scope.get('/bench/start', async () => {
        await engine.start();
        return {};
      });
      scope.get('/bench/drained', async () => ({ drained, rss: process.memoryUsage.rss() }));
      scope.get('/bench/reindex', async () => {
        await engine.putJob({
          id: 'reindex',
          name: 'Reindex',
          type: 'update_search_index',
          onDemand: true,
          payload: { fullReindex: true },
        });
        const { run } = await engine.trigger('reindex');
        return { id: run.id };
      });
      scope.get<{ Params: { id: string } }>(
        '/bench/run/:id',
        async ({ params }) => (await engine.getRun(params.id)).run,
      );
    },
  ],
});
await app.listen({ host: config.host, port: config.port });
process.on('SIGTERM', () => process.exit(0));
