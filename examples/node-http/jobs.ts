import { statfs } from 'node:fs/promises';
import { createJobs, defineJobType } from '@greenvue/jobs';
import { sqlite } from '@greenvue/jobs/sqlite';
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

export const jobs = createJobs({ store: sqlite('jobs.db'), types: [checkDisk] });
await jobs.start();
await jobs.schedule(checkDisk, { id: 'check-disk', interval: '2s', payload: { path: '.' } });
