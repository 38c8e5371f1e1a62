import { statfs } from 'node:fs/promises';
import { defineJobType } from '@greenvue/jobs';
import { z } from 'zod';

/** Measures the free space of a disk. */
export const checkDisk = defineJobType({
  type: 'check_disk',
  payload: z.object({ path: z.string() }),
  // Of three attempts, the second follows after 1 s, the third after 2 s.
  maxAttempts: 3,
  backoff: { initial: '1s' },
  run: async (ctx) => {
    const { bavail, bsize } = await statfs(ctx.payload.path);
    const freeGb = Math.round((bavail * bsize) / 1e9);
    ctx.log.info('measured', { freeGb });
    return { freeGb };
  },
});
