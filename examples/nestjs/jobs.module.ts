import { createJobs } from '@greenvue/jobs';
import { sqlite } from '@greenvue/jobs/sqlite';
import { Injectable, Module, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { greet } from '../greet.ts';

/** The engine as a provider: other providers enqueue runs with it. */
@Injectable()
export class JobsService implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly engine = createJobs({ store: sqlite(process.env.JOBS_DB ?? 'jobs.db'), types: [greet] });

  async onApplicationBootstrap(): Promise<void> {
    await this.engine.start();
    await this.engine.schedule(greet, { id: 'greet-often', interval: '2s' });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.engine.stop();
  }
}

@Module({ providers: [JobsService], exports: [JobsService] })
export class JobsModule {}
