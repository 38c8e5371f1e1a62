import { inspect } from 'node:util';
import { createJobs } from '@greenvue/jobs';
import { registerJobMetrics } from '@greenvue/jobs/prometheus';
import { sqlite } from '@greenvue/jobs/sqlite';
import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { checkDisk } from './check-disk.ts';

const nestLogger = new Logger('jobs');
/** One line for each entry, deep enough to show the causes of an error. */
const format = { depth: 5, compact: true, breakLength: Number.POSITIVE_INFINITY };
const line = (level: 'debug' | 'log' | 'warn' | 'error') => (fields: object, message: string) =>
  nestLogger[level](`${message} ${inspect(fields, format)}`);
const logger = { debug: line('debug'), info: line('log'), warn: line('warn'), error: line('error') };

/** The engine as a provider: other providers enqueue runs with it. */
@Injectable()
export class JobsService implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  readonly engine = createJobs({
    store: sqlite(process.env.JOBS_FILE ?? 'jobs.db'),
    types: [checkDisk],
    logger,
  });

  /** Of this app alone, so that a test can make several. */
  readonly metrics = new Registry();

  /** Ends event streams and idle connections, which would keep the server open. */
  endConnections: (() => void) | undefined;

  async onApplicationBootstrap() {
    await this.engine.start();
    await this.engine.schedule(checkDisk, { id: 'check-disk', interval: '10s', payload: { path: '.' } });
    collectDefaultMetrics({ register: this.metrics });
    registerJobMetrics(this.engine, { registry: this.metrics });
  }

  /** NestJS calls this, then waits for the open requests, and then calls `onApplicationShutdown`. */
  beforeApplicationShutdown() {
    this.endConnections?.();
  }

  async onApplicationShutdown() {
    await this.engine.stop();
  }
}
