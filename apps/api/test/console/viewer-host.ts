import { consolePlugin } from '@greenvue/console/fastify';
import { type JobsPluginOptions, jobsPlugin } from '@greenvue/jobs/fastify';
import { fastify } from 'fastify';
import { onTestFinished } from 'vitest';

/**
 * An app with two consoles of the same jobs: below `/admin` everything is allowed, below `/view` only
 * reading.
 */
export async function startViewerHost(jobs: JobsPluginOptions['engine']): Promise<string> {
  await jobs.start();
  onTestFinished(() => jobs.stop());
  const app = fastify({ forceCloseConnections: true, routerOptions: { maxParamLength: 128 } });
  onTestFinished(() => app.close());
  for (const path of ['admin', 'view']) {
    await app.register(jobsPlugin, {
      prefix: `/${path}/api`,
      engine: jobs,
      authorize: (_, need) => {
        if (path === 'view' && need !== 'read')
          throw Object.assign(new Error('You may only read.'), { statusCode: 403 });
        return { id: `user:${path}`, name: path === 'view' ? 'Val' : 'Ann' };
      },
    });
    await app.register(consolePlugin, { prefix: `/${path}/jobs`, api: `/${path}/api`, auth: 'host' });
  }
  return app.listen({ port: 0, host: '127.0.0.1' });
}
