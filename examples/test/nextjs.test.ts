import { join } from 'node:path';
import { describe } from 'vitest';
import { journey } from './journey.ts';

describe('nextjs', () =>
  journey({
    programs: [`nextjs/node_modules/next/dist/bin/next start ${join(import.meta.dirname, '../nextjs')}`],
    env: async () => ({ NEXT_MANUAL_SIG_HANDLE: 'true' }),
  }));
