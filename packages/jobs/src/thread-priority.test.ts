import { once } from 'node:events';
import { getPriority } from 'node:os';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';

// Promise P20, isolation.
test.runIf(process.platform === 'linux')(
  'a thread can give way to the main one, which keeps its priority',
  async () => {
    const before = getPriority(process.pid);
    const worker = new Worker(
      `import { readlinkSync } from 'node:fs';
     import { getPriority } from 'node:os';
     import { parentPort } from 'node:worker_threads';
     const { lowerThreadPriority } = await import(${JSON.stringify(new URL('./thread-priority.ts', import.meta.url).href)});
     lowerThreadPriority();
     parentPort.postMessage(getPriority(Number(readlinkSync('/proc/thread-self').split('/').at(-1))));`,
      { eval: true },
    );
    const [priority] = await once(worker, 'message');
    expect(priority).toBeGreaterThan(before);
    expect(getPriority(process.pid)).toBe(before);
    await worker.terminate();
  },
);
