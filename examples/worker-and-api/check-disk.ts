import { statfs } from 'node:fs/promises';
import { defineJobType } from '@greenvue/jobs';
import { z } from 'zod';

/** Measures the free space of a disk. Both processes know the type; the worker runs it. */
export const checkDisk = defineJobType({
  type: 'check_disk',
  payload: z.object({ path: z.string() }),
  maxAttempts: 3,
  backoff: { initial: '1s' },
  run: async (ctx) => {
    const { bavail, bsize } = await statfs(ctx.payload.path);
    return { freeGb: Math.round((bavail * bsize) / 1e9) };
  },
});
