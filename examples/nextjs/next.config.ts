import { join } from 'node:path';
import type { NextConfig } from 'next';

const config: NextConfig = {
  // Node loads these packages itself: their threads and files stay where they are.
  serverExternalPackages: ['@greenvue/jobs', '@greenvue/console'],
  // Only for this repository: the example shares `login.ts` and `greet.ts` with the others.
  turbopack: { root: join(import.meta.dirname, '../..') },
};

export default config;
