import { createJobs } from '@greenvue/jobs';
import { registerJobMetrics } from '@greenvue/jobs/prometheus';
import { sqlite } from '@greenvue/jobs/sqlite';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { collectDefaultMetrics } from 'prom-client';
import { checkDisk } from './check-disk.ts';

/** The engine as a provider: other providers enqueue runs with it. */
@Injectable()
export class JobsService implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly engine = createJobs({ store: sqlite('jobs.db'), types: [checkDisk] });

  async onApplicationBootstrap() {
    await this.engine.start();
    await this.engine.schedule(checkDisk, { id: 'check-disk', interval: '10s', payload: { path: '.' } });
    collectDefaultMetrics();
    registerJobMetrics(this.engine);
  }

  async onApplicationShutdown() {
    await this.engine.stop();
  }
}
