import { syncBuiltinESMExports } from 'node:module';
import workerThreads from 'node:worker_threads';
import { inject } from 'vitest';

// Threads of the stores run their bundle in place of their sources: see bundle-threads.ts. Files that share a
// process share the change.
const { Worker } = workerThreads;
if (Worker.name !== 'BundledWorker') {
  const bundles = inject('threadBundles');
  class BundledWorker extends Worker {
    constructor(file: string | URL, options?: workerThreads.WorkerOptions) {
      const bundle = bundles[String(file)];
      super(bundle === undefined ? file : new URL(bundle), options);
    }
  }
  Object.assign(workerThreads, { Worker: BundledWorker });
  syncBuiltinESMExports();
}
