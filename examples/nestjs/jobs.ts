import { statfs } from 'node:fs/promises';
import { createJobs, defineJobType } from '@greenvue/jobs';
import { registerJobMetrics } from '@greenvue/jobs/prometheus';
import { sqlite } from '@greenvue/jobs/sqlite';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { collectDefaultMetrics } from 'prom-client';
import { z } from 'zod';

/** Measures the free space of a disk. */
export const checkDisk = defineJobType({
  type: 'check_disk',
  payload: z.object({ path: z.string() }),
  run: async (ctx) => {
    const { bavail, bsize } = await statfs(ctx.payload.path);
    const freeGb = Math.round((bavail * bsize) / 1e9);
    ctx.log.info('measured', { freeGb });
    return { freeGb };
  },
});

/** The engine as a provider: other providers enqueue runs with it. */
@Injectable()
export class JobsService implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly engine = createJobs({ store: sqlite('jobs.db'), types: [checkDisk] });

  async onApplicationBootstrap() {
    await this.engine.start();
    await this.engine.schedule(checkDisk, { id: 'check-disk', interval: '2s', payload: { path: '.' } });
    collectDefaultMetrics();
    registerJobMetrics(this.engine);
  }

  async onApplicationShutdown() {
    await this.engine.stop();
  }
}
